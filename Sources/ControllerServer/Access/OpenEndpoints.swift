import HTTPTypes

/// What a peer outside the trusted networks may ask for. Everything else is refused.
///
/// Endpoints are named by the pattern under which the router found them, so that the list and the router can never take
/// one and the same request for two different things.
enum OpenEndpoints {
    static func contains(_ method: HTTPRequest.Method, _ endpoint: String) -> Bool {
        endpoints.contains("\(method.rawValue) \(endpoint)")
    }

    private static let machine = "/api/v1/machines/{id}"

    private static let endpoints: Set<String> = [
        "GET /healthz",
        "PUT /api/v1/checkins/{id}",
        "GET /images/**", "HEAD /images/**",
        "GET /boot.ipxe", "GET /boot/{name}", "GET /boot/{name}/overlay.cpio",
        "GET /netboot/**", "HEAD /netboot/**",
        // A machine's own endpoints, each of which asks for the machine's token.
        "POST \(machine)/status/init", "POST \(machine)/status/success", "POST \(machine)/status/error",
        "POST \(machine)/log", "POST \(machine)/debug", "POST \(machine)/events", "POST \(machine)/heartbeat",
        "GET \(machine)/commands", "POST \(machine)/commands/ack", "POST \(machine)/inventory",
        "POST \(machine)/health", "POST \(machine)/metrics", "GET \(machine)/vars",
    ]
}
