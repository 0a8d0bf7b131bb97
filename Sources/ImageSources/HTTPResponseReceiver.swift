import AsyncHTTPClient
import LinuxSystem
import NIOCore
import NIOHTTP1

/// Collects one response on the event loop and hands it to a thread that waits for it.
///
/// When a few megabytes wait to be used, the event loop stops reading from the socket: TCP slows the server down.
final class HTTPResponseReceiver: HTTPClientResponseDelegate {
    typealias Response = Void

    /// What the waiting thread gets.
    enum Event: Sendable {
        case chunks([ByteBuffer])
        case end
        case failure(any Error)
    }

    private struct State {
        var head: HTTPResponseHead?
        var chunks: [ByteBuffer] = []
        var waitingBytes = 0
        var readOn: EventLoopPromise<Void>?
        var isComplete = false
        var failure: (any Error)?
    }

    private static let mostWaitingBytes = 2 << 20
    private let state = Monitor(State())

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.update { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        state.update { state in
            state.chunks.append(buffer)
            state.waitingBytes += buffer.readableBytes
            guard state.waitingBytes >= Self.mostWaitingBytes, state.failure == nil else {
                return task.eventLoop.makeSucceededVoidFuture()
            }
            let promise = task.eventLoop.makePromise(of: Void.self)
            state.readOn = promise
            return promise.futureResult
        }
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) {
        state.update { $0.isComplete = true }
    }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) {
        fail(error)
    }

    /// Ends the wait of the thread with an error; an earlier end or error stays.
    func fail(_ error: any Error) {
        let promise = state.update { state in
            if !state.isComplete, state.failure == nil { state.failure = error }
            return state.readOn.take()
        }
        promise?.succeed()
    }

    /// Waits for the head of the response.
    ///
    /// - Returns: `nil` when the time was over.
    func head(timeout: Duration) throws -> HTTPResponseHead? {
        try state.wait(timeout: timeout) { state in
            if let head = state.head { return head }
            if let failure = state.failure { throw failure }
            return nil
        }
    }

    /// Waits for bytes or for the end.
    ///
    /// - Returns: `nil` when the time was over.
    func next(timeout: Duration) -> Event? {
        var promise: EventLoopPromise<Void>?
        let event: Event? = state.wait(timeout: timeout) { state in
            if !state.chunks.isEmpty {
                let chunks = state.chunks
                state.chunks = []
                state.waitingBytes = 0
                promise = state.readOn.take()
                return .chunks(chunks)
            }
            if let failure = state.failure { return .failure(failure) }
            return state.isComplete ? .end : nil
        }
        promise?.succeed()
        return event
    }
}
