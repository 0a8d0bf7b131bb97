/// The concrete steps. Each is a method that returns a `Step`; this value holds what they share.
struct Steps: Sendable {
    let services: Services
}
