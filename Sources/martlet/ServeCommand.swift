import ArgumentParser
import ControllerServer
import Diagnostics
import SystemPackage

/// `martlet serve`: the controller.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the controller: machines, their reports, images and network boot.",
        discussion: """
            Peers in trusted networks may do everything; all others reach only images, boot files, check-ins and, \
            with a machine's token, that machine's own endpoints.

            Example: martlet serve --data /var/lib/martlet --listen 0.0.0.0:8080 --images /srv/images \
            --netboot /srv/netboot --trusted 10.1.0.0/16

            Then open http://localhost:8080/ and add a machine:
              curl -X PUT -d '{"vars":{"IMAGE":"http://…"},"macs":["52:54:00:12:34:56"]}' \\
                http://localhost:8080/api/v1/machines/web-1
            """)

    @Option(name: .long, help: ArgumentHelp("Where state is kept; made when absent.", valueName: "dir"))
    var data: String

    @Option(name: .long, help: ArgumentHelp("Where to listen.", valueName: "address:port"))
    var listen: ListenAddress = .init(host: "127.0.0.1", port: 8080)

    @Option(name: .long, help: ArgumentHelp("What /images/ serves.", valueName: "dir"))
    var images: String?

    @Option(name: .long, help: ArgumentHelp("Holds vmlinuz and initramfs.img for network boot.", valueName: "dir"))
    var netboot: String?

    @Option(name: .long, help: "Kernel arguments for network boot.")
    var netbootArguments = "console=tty0 console=ttyS0,115200"

    @Option(
        name: .long, parsing: .upToNextOption,
        help: ArgumentHelp("Networks that may do everything, beside this host.", valueName: "cidr"))
    var trusted: [AddressBlock] = []

    @Option(
        name: .customLong("url"),
        help: ArgumentHelp("The URL by which machines reach this controller; by default the one they used."))
    var publicURL: String?

    func validate() throws {
        if let publicURL, !publicURL.hasPrefix("http://"), !publicURL.hasPrefix("https://") {
            throw ValidationError("--url takes an http or https URL, such as http://192.0.2.1:8080")
        }
    }

    func run() async throws {
        do {
            try await serve()
        } catch {
            let advice = error.advisedAction
            let text = "martlet: \(error.explanation)\(advice.isEmpty ? "" : "; \(advice)")\n"
            _ = try? FileDescriptor.standardError.writeAll(text.utf8)
            throw ExitCode(1)
        }
    }

    private func serve() async throws {
        let configuration = ControllerServerConfiguration(
            dataDirectory: data, host: listen.host, port: listen.port, imagesDirectory: images,
            netbootDirectory: netboot, netbootArguments: netbootArguments, trusted: AddressBlock.loopback + trusted,
            publicURL: publicURL.map { String($0.hasSuffix("/") ? $0.dropLast() : $0[...]) })
        let host = listen.host.contains(":") ? "[\(listen.host)]" : listen.host
        try await ControllerServer(configuration).run(endsOnSignals: true) { port in
            // Not print, whose buffer would keep the line from a pipe until the end.
            _ = try? FileDescriptor.standardOutput.writeAll(
                "martlet: the controller listens on http://\(host):\(port)/\n".utf8)
        }
    }
}

/// An address or name and a port: `0.0.0.0:8080`, `[::]:8080`.
struct ListenAddress: ExpressibleByArgument, CustomStringConvertible {
    let host: String
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        self.init(host: host.isEmpty ? "0.0.0.0" : host, port: Int(port))
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension AddressBlock: ExpressibleByArgument {
    /// Reads CIDR notation.
    public init?(argument: String) {
        self.init(argument)
    }
}
