#if ISAL
    import CISAL

    /// gzip members by ISA-L, several times as fast as zlib.
    final class IgzipDecoder: MemberDecoder {
        private let state: UnsafeMutablePointer<inflate_state>
        let declaredMemory: UInt64 = 32 << 10

        init() {
            state = .allocate(capacity: 1)
            isal_inflate_init(state)
        }

        deinit {
            state.deallocate()
        }

        func begin() throws(MemberFault) {
            isal_inflate_reset(state)
            state.pointee.crc_flag = UInt32(ISAL_GZIP)
        }

        func decode(
            _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
        ) throws(MemberFault) -> MemberProgress {
            // ISA-L does nothing with an empty output, and takes a null pointer for no input only when the count is 0.
            let available = UInt32(clamping: input.count)
            let space = UInt32(clamping: output.count)
            state.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            state.pointee.avail_in = available
            state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            state.pointee.avail_out = space
            let result = isal_inflate(state)
            switch result {
            case ISAL_DECOMP_OK, ISAL_END_INPUT, ISAL_OUT_OVERFLOW:
                return MemberProgress(
                    consumed: Int(available - state.pointee.avail_in), produced: Int(space - state.pointee.avail_out),
                    ended: state.pointee.block_state == ISAL_BLOCK_FINISH)
            default: throw .corrupt(Self.reason(result))
            }
        }

        private static func reason(_ result: Int32) -> String {
            switch result {
            case ISAL_INVALID_BLOCK: "invalid deflate block"
            case ISAL_INVALID_SYMBOL: "invalid deflate symbol"
            case ISAL_INVALID_LOOKBACK: "a reference to before the start"
            case ISAL_INVALID_WRAPPER: "invalid gzip header"
            case ISAL_UNSUPPORTED_METHOD: "unknown compression method"
            case ISAL_INCORRECT_CHECKSUM: "the CRC-32 or the length is wrong"
            default: "ISA-L gave up with code \(result)"
            }
        }
    }
#endif
