import CZstd
import Diagnostics

/// Compression of the archive. The kernel unpacks zstd where it was built with `CONFIG_RD_ZSTD`, as Debian's is.
enum ZstdCompression {
    /// Compresses bytes to one frame with the windows of at most 8 MiB that the kernel is sure to have room for.
    ///
    /// The frame is cut into jobs by size, whatever the number of workers: the same input gives the same bytes.
    ///
    /// - Parameter level: 1 (fast) to 19 (small).
    static func compress(_ bytes: [UInt8], level: Int32) throws(InitrdError) -> [UInt8] {
        guard let context = ZSTD_createCCtx() else { throw .compression("out of memory") }
        defer { ZSTD_freeCCtx(context) }
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 23))
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_nbWorkers, 2))
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let size = output.withUnsafeMutableBytes { target in
            bytes.withUnsafeBytes { source in
                ZSTD_compress2(context, target.baseAddress, target.count, source.baseAddress, source.count)
            }
        }
        try check(size)
        output.removeLast(output.count - size)
        return output
    }

    private static func check(_ result: Int) throws(InitrdError) {
        if ZSTD_isError(result) != 0 { throw .compression(String(cString: ZSTD_getErrorName(result))) }
    }
}
