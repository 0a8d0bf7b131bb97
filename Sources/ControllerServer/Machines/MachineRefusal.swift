import Diagnostics
import HTTPTypes

/// Why a call about a machine or a check-in is not carried out.
enum MachineRefusal: ExplainedError, Equatable {
    case badIdentifier
    case unknownMachine
    case unknownCheckin
    case noToken
    case addressTaken(mac: String, by: String)
    case badDefinition(String)

    var description: String {
        switch self {
        case .badIdentifier:
            "the identifier is not usable: 1 to 128 letters, digits, dots, hyphens and underscores are, beginning "
                + "with a letter or digit"
        case .unknownMachine: "there is no such machine"
        case .unknownCheckin: "there is no such check-in; it must be registered first"
        case .noToken: "the machine's token is missing, wrong, or no longer valid"
        case .addressTaken(let mac, let other): "the MAC address \(mac) belongs to machine \(other)"
        case .badDefinition(let reason): "the definition is not usable: \(reason)"
        }
    }

    var advice: String { "" }

    var status: HTTPResponse.Status {
        switch self {
        case .badIdentifier, .badDefinition: .badRequest
        case .unknownMachine, .unknownCheckin: .notFound
        case .noToken: .unauthorized
        case .addressTaken: .conflict
        }
    }
}
