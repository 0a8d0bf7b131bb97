/// Decodes a compressed image, fed piece by piece, of any number of members, streams or frames.
///
/// Not for use by several threads at once.
public final class Decompressor {
    /// What one call did.
    public struct Progress: Equatable, Sendable {
        /// Bytes of input used up.
        public let consumed: Int
        /// Bytes of output written. When they fill the output, call again: there may be more.
        public let produced: Int
    }

    private enum Position {
        /// Before the first or after a member; `padding` zero bytes were passed over since.
        case between(padding: UInt64)
        case inside
    }

    /// The format.
    public let format: Compression
    /// Bytes of input used up by all calls.
    public private(set) var inputOffset: UInt64 = 0

    private let decoder: (any MemberDecoder)?
    private let limits: Limits
    private var position = Position.between(padding: 0)
    private var members = 0
    /// First bytes of a member, held back until they are enough to recognise it by. They count in `inputOffset`.
    private var magic: [UInt8] = []

    /// A decoder for a format.
    ///
    /// - Throws: `outOfMemory`.
    public init(_ format: Compression, limits: Limits = Limits()) throws(DecompressionError) {
        self.format = format
        self.limits = limits
        do throws(MemberFault) {
            decoder =
                switch format {
                case .none: nil
                case .gzip: try Self.gzipDecoder()
                case .xz:
                    XzDecoder(
                        threads: limits.threads, threadingMemory: limits.threadingMemory, memoryLimit: limits.window)
                case .zstd where limits.threads > 1 || limits.keptOutput > 0: try ZstdFrameDecoder(limits)
                case .zstd:
                    try ZstdDecoder(windowLimit: limits.window, ignoresChecksum: limits.isProvenOtherwise)
                case .lz4: try LZ4Decoder()
                case .bzip2 where limits.threads > 1: Bzip2BlockDecoder(limits)
                case .bzip2: Bzip2Decoder()
                }
        } catch {
            throw .outOfMemory(format)
        }
    }

    /// The library that inflates gzip in this build.
    public static var gzipLibrary: String {
        #if ISAL
            "ISA-L"
        #else
            "zlib"
        #endif
    }

    /// Memory that the data itself asks for (zstd's window, xz's dictionary), in bytes, as far as it was read.
    public var declaredMemory: UInt64 { decoder?.declaredMemory ?? 0 }

    /// Decodes some input. Call it until all input is used up and the output was not filled.
    ///
    /// - Throws: `DecompressionError`; the decoder is of no use after that.
    public func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(DecompressionError) -> Progress {
        guard let decoder else { return copy(input, into: output) }
        var consumed = 0
        var produced = 0
        while true {
            switch position {
            case .between(let padding):
                guard consumed < input.count else { return Progress(consumed: consumed, produced: produced) }
                try passBetween(input[consumed], padding: padding, decoder: decoder)
                consumed += 1
            case .inside:
                let target = UnsafeMutableRawBufferPointer(rebasing: output[produced...])
                let source = UnsafeRawBufferPointer(rebasing: input[consumed...])
                let step = try run(decoder, source, into: target, isLast: false)
                inputOffset += UInt64(step.consumed)
                consumed += step.consumed
                produced += step.produced
                if step.ended {
                    position = .between(padding: 0)
                    continue
                }
                let isDone = consumed == input.count || produced == output.count
                if isDone { return Progress(consumed: consumed, produced: produced) }
                if step.consumed == 0, step.produced == 0 {
                    throw .corrupt(format, offset: inputOffset, reason: "the decoder makes no progress")
                }
            }
        }
    }

    /// Ends the input. Call it until it fills the output no more.
    ///
    /// - Returns: bytes of output written.
    /// - Throws: `truncated` when the data is not complete; `trailingBytes` for a rest that is too short to be a member.
    public func finish(into output: UnsafeMutableRawBufferPointer) throws(DecompressionError) -> Int {
        guard let decoder else { return 0 }
        var produced = 0
        while produced < output.count {
            let target = UnsafeMutableRawBufferPointer(rebasing: output[produced...])
            switch position {
            case .inside:
                let step = try run(decoder, UnsafeRawBufferPointer(start: nil, count: 0), into: target, isLast: true)
                produced += step.produced
                if step.ended {
                    position = .between(padding: 0)
                } else if produced < output.count {
                    throw .truncated(format, offset: inputOffset)
                }
            case .between(let padding):
                let count = try drain(decoder, into: target)
                produced += count
                guard count == 0 else { continue }
                if !magic.isEmpty || members == 0 { throw .truncated(format, offset: inputOffset) }
                if format == .xz, padding % 4 != 0 { throw .trailingBytes(format, offset: inputOffset - padding) }
                return produced
            }
        }
        return produced
    }

    private func copy(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Progress {
        let count = min(input.count, output.count)
        output.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
        inputOffset += UInt64(count)
        return Progress(consumed: count, produced: count)
    }

    /// Takes one byte outside any member: padding, or a part of the next one's magic bytes.
    ///
    /// gzip(1) accepts zero bytes after the last member, and nothing else after them; the .xz format 2.2 allows zero
    /// bytes in multiples of four after each stream; zstd(1), lz4(1) and bzip2(1) accept none, or warn of them.
    private func passBetween(_ byte: UInt8, padding: UInt64, decoder: any MemberDecoder) throws(DecompressionError) {
        let start = inputOffset - UInt64(magic.count)
        if byte == 0, magic.isEmpty, members > 0, format == .gzip || format == .xz {
            inputOffset += 1
            position = .between(padding: padding + 1)
            return
        }
        magic.append(byte)
        let mayFollow = padding == 0 || (format == .xz && padding % 4 == 0)
        guard mayFollow, format.matches(prefix: magic) else { throw .trailingBytes(format, offset: start) }
        inputOffset += 1
        guard magic.count == format.memberMagicLength else { return }
        do throws(MemberFault) {
            try decoder.begin()
        } catch {
            throw explained(error)
        }
        members += 1
        position = .inside
        let first = magic
        magic = []
        // No format writes anything before its magic bytes are complete.
        var none: UInt8 = 0
        let fault: DecompressionError? = first.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &none) { output in
                do throws(DecompressionError) {
                    let nowhere = UnsafeMutableRawBufferPointer(rebasing: output[..<0])
                    let step = try run(decoder, bytes, into: nowhere, isLast: false)
                    let isWhole = step.consumed == bytes.count
                    return isWhole ? nil : .corrupt(format, offset: inputOffset, reason: "its header is not taken")
                } catch {
                    return error
                }
            }
        }
        if let fault { throw fault }
    }

    private func run(
        _ decoder: any MemberDecoder, _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
        isLast: Bool
    ) throws(DecompressionError) -> MemberProgress {
        do throws(MemberFault) {
            return try decoder.decode(input, into: output, isLast: isLast)
        } catch {
            throw explained(error)
        }
    }

    private func drain(
        _ decoder: any MemberDecoder, into output: UnsafeMutableRawBufferPointer
    ) throws(DecompressionError) -> Int {
        do throws(MemberFault) {
            return try decoder.drain(into: output)
        } catch {
            throw explained(error)
        }
    }

    private func explained(_ fault: MemberFault) -> DecompressionError {
        switch fault {
        case .corrupt(let reason, let offset): .corrupt(format, offset: offset ?? inputOffset, reason: reason)
        case .windowTooLarge(let needed): .windowTooLarge(format, needed: needed, limit: limits.window)
        case .outOfMemory: .outOfMemory(format)
        }
    }

    private static func gzipDecoder() throws(MemberFault) -> any MemberDecoder {
        #if ISAL
            IgzipDecoder()
        #else
            try InflateDecoder()
        #endif
    }
}
