import LabKit

/// Boots machines and takes the times of their way to the network, on the host's clock.
struct StartBench {
    /// Times from the start of PID 1.
    struct Times {
        let banner: Duration
        let driver: Duration
        let lease: Duration
        let initCall: Duration

        var driverToLease: Duration { lease - driver }
    }

    let lab: Lab
    let accelerator: Accelerator

    /// Boots the lab's kernel and initramfs to INIT.
    ///
    /// - Parameter probes: whether the agent asks by ARP for another holder of the address that it is offered.
    func boot(cards: [NetworkCard], probes: Bool = true) async throws -> Times {
        let image = lab.images.serve("/tiny.zst", file: try Artefact.tinyImage("zst").path)
        let clock = ConsoleClock()
        let arguments = probes ? [] : ["martlet.dhcp-arp=0"]
        let machine = try await powerOn(lab.reportingVars.merging(["IMAGE": image]), cards: cards, arguments, clock)
        let earlier = lab.controller.calls(to: "/init").count
        try await machine.console.expect(
            "] report-init", within: 180, stops: SerialConsole.panics + ["martlet: FAILED"])
        try await lab.controller.waitFor("/init", within: 60) { [controller = lab.controller] _ in
            controller.calls(to: "/init").count > earlier
        }
        try await machine.cutPower()
        let start = try clock.time(of: "Run /init as init process")
        let driver = try clock.time(of: ": found, ", after: start)
        let initCall = lab.controller.calls(to: "/init").last?.time ?? .now
        return Times(
            banner: start.duration(to: try clock.time(of: "martlet ", after: start)),
            driver: start.duration(to: driver),
            lease: start.duration(to: try clock.time(of: " from 10.0.2.2 after ", after: driver)),
            initCall: start.duration(to: initCall))
    }

    /// What BusyBox's DHCP client takes from setting the card up to its lease, its script left out.
    ///
    /// - Parameter probes: whether it asks by ARP, and waits for an answer as long as the agent does.
    func udhcpc(probes: Bool) async throws -> Duration {
        let clock = ConsoleClock()
        let machine = try await powerOn(lab.reportingVars, cards: [.user()], ["martlet.break=vars"], clock)
        try await machine.console.expect("martlet# ", within: 120)
        try await machine.console.run("until [ -e /sys/class/net/eth0 ]; do sleep 0.1; done", within: 60)
        try await machine.console.run(
            "echo LAB''SET; ip link set eth0 up; busybox udhcpc \(probes ? "-a60 " : "")-f -n -q -i eth0 -s /bin/true",
            within: 60)
        try await machine.cutPower()
        let start = try clock.time(of: "LABSET")
        return start.duration(to: try clock.time(of: "obtained", after: start))
    }

    private func powerOn(
        _ vars: VarsText, cards: [NetworkCard], _ arguments: [String], _ clock: ConsoleClock
    ) async throws -> VirtualMachine {
        var overlay = Overlay()
        overlay.add("deploy/vars", text: vars.text)
        let disk = MachineDisk(try lab.disk("target-\(cards.count)-\(arguments.count)", mebibytes: 128))
        var configuration = try lab.machine(overlay: overlay, arguments: arguments, disks: [disk])
        configuration.networkCards = cards
        return try await lab.powerOn(configuration, accelerator: accelerator, echo: clock.take)
    }
}
