import Hummingbird
import NIOCore
import NetworkTypes

/// What is known of a request beside its head and body.
struct ControllerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the connection.
    let peer: IPAddress?
    /// Whether the peer is in a trusted network.
    var isTrusted = false

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress(peer: $0) }
    }
}
