import Diagnostics
import FoundationEssentials

extension HTTPAnswer {
    /// The whole body; `nil` when it is longer than `limit` bytes.
    ///
    /// - Parameters:
    ///   - timeout: how long nothing may come.
    ///   - name: what it is the body of, for errors.
    func body(upTo limit: Int, within timeout: Duration, _ name: String) throws(ImageSourceError) -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            switch receiver.next(timeout: timeout) {
            case .chunks(let chunks):
                for chunk in chunks { bytes += chunk.readableBytesView }
                guard bytes.count <= limit else {
                    task.cancel()
                    return nil
                }
            case .end: return bytes
            case .failure(let error as ImageSourceError): throw error
            case .failure(let error): throw .unreachable(name, reason: connectionFailureText(error))
            case nil:
                task.cancel()
                throw .unreachable(name, reason: "nothing came for \(timeout.components.seconds) s")
            }
        }
    }

    /// What a registry says when it refuses, with its own code (OCI distribution specification, "Error Codes").
    func registryError(_ name: String, _ place: HTTPLocation, within timeout: Duration) -> ImageSourceError {
        struct Refusal: Decodable {
            struct Reason: Decodable {
                let code: String?
                let message: String?
            }
            let errors: [Reason]
        }
        let bytes = try? body(upTo: 64 << 10, within: timeout, name)
        let reason = (bytes ?? nil).flatMap { try? JSONDecoder().decode(Refusal.self, from: Data($0)) }?.errors.first
        let words = [reason?.code, reason?.message].compactMap { $0 }.filter { !$0.isEmpty }.map { quotedText($0) }
        let phrase = head.status.reasonPhrase + (words.isEmpty ? "" : " (\(words.joined(separator: ": ")))")
        return .status("\(name) at \(place.origin.description)", code: Int(head.status.code), phrase: phrase)
    }
}
