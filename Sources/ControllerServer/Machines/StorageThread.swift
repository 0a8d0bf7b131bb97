import NIOCore
import NIOPosix

/// The one thread on which the controller's state lives and on which its files are read and written, so that a slow
/// disk holds up no connection.
enum StorageThread {
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    static let loop = group.next()

    static var executor: UnownedSerialExecutor { loop.executor.asUnownedSerialExecutor() }
}
