import ArgumentParser
import Diagnostics
import HTTPProxies
import HTTPTypes
import ImageSources
import LinuxSystem

/// How `martlet write` and `martlet capture` speak to servers.
struct FetchOptions: ParsableArguments {
    @Option(
        help: """
            A header field for the image's servers, NAME: VALUE; may be given several times. @FILE takes one from each line \
            of a file, and keeps secrets out of the list of processes.
            """)
    var header: [String] = []
    @Option(help: "A PEM file with certificate authorities to trust beside the system's.")
    var caFile: String?

    /// Proxies are those of the environment, as curl takes them.
    func options(notice: @escaping @Sendable (String) -> Void) throws -> HTTPOptions {
        var options = HTTPOptions()
        options.notice = notice
        options.proxies = try Self.proxies
        options.headers = Secret(try header.flatMap(Self.fields))
        if let caFile {
            // A file that is not there is nothing to the agent, and a mistake here.
            _ = try Files.read(caFile)
            options.extraTrustRoots = caFile
        }
        return options
    }

    private static var proxies: ProxySettings {
        get throws {
            let names = ["http_proxy", "https_proxy", "no_proxy"].flatMap { [$0, $0.uppercased()] }
            let given = names.compactMap { name in environmentVariable(name).map { (name, $0) } }
            return try ProxySettings(environment: Dictionary(uniqueKeysWithValues: given))
        }
    }

    private static func fields(_ text: String) throws -> [HTTPOptions.Field] {
        guard text.hasPrefix("@") else { return [try field(text, "--header")] }
        let path = String(text.dropFirst())
        var fields: [HTTPOptions.Field] = []
        let lines = try Files.readText(path).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (number, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            fields.append(try field(line, "line \(number + 1) of \(path)"))
        }
        return fields
    }

    private static func field(_ text: some StringProtocol, _ place: String) throws -> HTTPOptions.Field {
        guard let colon = text.firstIndex(of: ":") else { throw NoHeaderField(place: place) }
        let blanks: Set<Character> = [" ", "\t"]
        let name = text[..<colon]
        var value = text[text.index(after: colon)...].drop { blanks.contains($0) }
        while let last = value.last, blanks.contains(last) { value.removeLast() }
        guard HTTPField.Name(String(name)) != nil, HTTPField.isValidValue(String(value)) else {
            throw NoHeaderField(place: place)
        }
        return HTTPOptions.Field(name: String(name), value: String(value))
    }
}

/// Says no more of what was given than where, for it may be a secret.
private struct NoHeaderField: ExplainedError {
    let place: String
    var description: String { "\(place) is not a header field NAME: VALUE" }
    var advice: String { "give it as in --header 'Authorization: Bearer TOKEN'" }
}
