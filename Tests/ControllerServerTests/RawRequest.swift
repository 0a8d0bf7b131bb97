import NIOCore
import NIOPosix

/// Sends bytes as they are and returns all that comes back until the peer closes.
func rawRequest(port: Int, _ text: String) async throws -> String {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(string: text))
        var answer = ""
        for try await part in inbound {
            answer += String(buffer: part)
            // A connection that is kept open says with an empty line that the head is over; no body follows that counts.
            if answer.contains("\r\n\r\n") { break }
        }
        return answer
    }
}
