import Hummingbird
import NIOCore

/// What is known of a request beside its head and body.
struct ControllerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the connection.
    let peer: PeerAddress?
    /// Whether the peer is in a trusted network.
    var isTrusted = false

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress.flatMap { PeerAddress($0) }
    }
}
