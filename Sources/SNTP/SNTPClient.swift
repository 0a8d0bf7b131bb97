import LinuxSystem

/// Asks time servers how far this machine's clock is off (SNTP, RFC 4330; the client's part of RFC 5905 14).
public enum SNTPClient {
    /// More servers than this are not asked.
    public static let mostServers = 8
    /// How long the first good answer waits for others.
    static let patience: Duration = .seconds(1)

    /// Asks all servers at once, and takes the median of what is answered within a second of the first good answer.
    ///
    /// This blocks the calling thread; from asynchronous code, call it inside `offPool`. Names are resolved on threads of
    /// their own, which are left behind when the time is over.
    ///
    /// - Parameters:
    ///   - servers: the first eight are asked, at no more than four addresses each.
    ///   - earliest: the earliest time that can be true; a server that tells an earlier one is wrong.
    ///   - timeout: how long to wait in all.
    /// - Throws: `SNTPError` with a sentence for every server when none told the time.
    public static func ask(
        _ servers: [SNTPServer], earliest: UnixTime, timeout: Duration = .seconds(5)
    ) throws(SNTPError) -> ClockOffset {
        let servers = Array(servers.prefix(mostServers))
        let query: SNTPQuery
        do throws(SystemCallError) {
            query = SNTPQuery(servers, earliest: earliest, timeout: timeout, waker: try Waker())
        } catch {
            throw SNTPError(servers.map { "\($0): \(error)" })
        }
        query.run()
        guard let offset = ClockOffset.median(of: query.answers) else { throw SNTPError(query.failures) }
        return offset
    }
}
