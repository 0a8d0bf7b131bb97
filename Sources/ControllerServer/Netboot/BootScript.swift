import NetworkTypes

/// Scripts for iPXE (https://ipxe.org/scripting).
enum BootScript {
    /// The first script, which any machine may ask for: goes on to the one for the interface that iPXE booted from.
    static func first(base: String) -> String {
        """
        #!ipxe
        chain \(base)/boot/${mac:hexhyp}.ipxe || echo Martlet: no boot script for ${mac}
        exit

        """
    }

    /// Starts the agent with the machine's overlay as a second initrd.
    ///
    /// The images are named in the command line as well: an older iPXE under UEFI hands them to the kernel only by these
    /// names; under BIOS the kernel ignores them.
    static func boot(machine: String, mac: MACAddress, base: String, arguments: String) -> String {
        """
        #!ipxe
        echo Martlet: booting machine \(machine)
        kernel \(base)/netboot/vmlinuz initrd=initramfs.img initrd=overlay.cpio \(arguments)
        initrd \(base)/netboot/initramfs.img
        initrd \(base)/boot/\(mac.hyphenated)/overlay.cpio
        boot

        """
    }

    /// For a machine that is not armed, or not known: the firmware goes on to the next device, as a rule the disk.
    static func leave(_ reason: String) -> String {
        """
        #!ipxe
        echo Martlet: \(reason), booting the next device
        exit

        """
    }
}
