/// The body of `PUT CHECKIN_URL` and of `POST /api/v1/checkins/{id}`: `{"addresses":["192.0.2.7"]}`.
public struct CheckinRequest: Codable, Hashable, Sendable {
    /// Non-loopback IPv4 and global IPv6 addresses, without prefix length.
    public var addresses: [String]

    /// A request.
    public init(addresses: [String]) {
        self.addresses = addresses
    }
}

/// A check-in as the controller keeps it.
public struct Checkin: Codable, Hashable, Sendable {
    /// The identifier it was registered under.
    public var id: String
    /// The addresses last reported; empty until the machine has called.
    public var addresses: [String]
    /// When it was registered, or last reported.
    public var timestamp: Timestamp

    /// A check-in.
    public init(id: String, addresses: [String], timestamp: Timestamp) {
        self.id = id
        self.addresses = addresses
        self.timestamp = timestamp
    }
}
