import Foundation
import LabKit

extension Lab {
    /// Serves an image of a few hundred bytes, with a root but no kernel: for machines that are not to start it.
    ///
    /// - Returns: its URL.
    func smallImage(_ name: String = "small") async throws -> String {
        let (tree, root, image) = (path("\(name).tree"), path("\(name).root"), path("\(name).raw"))
        try FileManager.default.createDirectory(atPath: "\(tree)/etc", withIntermediateDirectories: true)
        try "ID=small\nPRETTY_NAME=\"Small Image\"\n".write(
            toFile: "\(tree)/etc/os-release", atomically: true, encoding: .utf8)
        _ = try DiskFile(creating: root, bytes: 8 << 20)
        try await HostTool.run(["mkfs.ext4", "-q", "-d", tree, root])
        let disk = try DiskFile(creating: image, bytes: 10 << 20)
        try await HostTool.run(["sgdisk", "--new=1:1M:+8M", "--typecode=1:8304", image])
        let contents = DiskFile(existing: root)
        try disk.write(try contents.bytes(at: 0, count: try contents.size), at: 1 << 20)
        try await HostTool.run(["zstd", "-q", "--rm", image])
        return images.serve("/\(name).raw.zst", file: image + ".zst")
    }
}
