/// The body of `PUT /api/v1/machines/{id}`: what a machine is to become.
public struct MachineDefinition: Codable, Hashable, Sendable {
    /// Keys and values for `/deploy/vars`. The controller adds the endpoints that are not among them, and the token.
    public var vars: [String: String]
    /// Files for `/deploy/nocloud` by name: `meta-data`, `user-data`, `network-config`, `vendor-data`.
    public var nocloud: [String: String]
    /// The MAC addresses by which the machine asks for its boot script.
    public var macs: [String]
    /// Whether the machine's next boot is to carry this out. Absent: a new machine is armed, a known one stays as it is,
    /// so that writing the same definition again never starts a second run.
    public var armed: Bool?
    /// Whether to replace the machine's token; the answer then carries the new one.
    public var rotateToken: Bool?

    /// A definition.
    public init(
        vars: [String: String] = [:], nocloud: [String: String] = [:], macs: [String] = [], armed: Bool? = nil,
        rotateToken: Bool? = nil
    ) {
        self.vars = vars
        self.nocloud = nocloud
        self.macs = macs
        self.armed = armed
        self.rotateToken = rotateToken
    }

    /// Reads a definition; what is absent is empty.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        vars = try container.decodeIfPresent([String: String].self, forKey: .vars) ?? [:]
        nocloud = try container.decodeIfPresent([String: String].self, forKey: .nocloud) ?? [:]
        macs = try container.decodeIfPresent([String].self, forKey: .macs) ?? []
        armed = try container.decodeIfPresent(Bool.self, forKey: .armed)
        rotateToken = try container.decodeIfPresent(Bool.self, forKey: .rotateToken)
    }
}

/// The answer to `PUT /api/v1/machines/{id}`.
public struct MachineRegistration: Codable, Hashable, Sendable {
    /// The machine's identifier.
    public var id: String
    /// The machine's token, when this call made one. It is not kept in readable form and never given out again.
    public var token: String?

    /// An answer.
    public init(id: String, token: String? = nil) {
        self.id = id
        self.token = token
    }
}
