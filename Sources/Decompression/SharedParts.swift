import LinuxSystem

/// The parts on their way between the thread that has them decoded and those that decode them.
final class SharedParts<Part: Sendable>: Sendable {
    /// One part. Guarded by the monitor, as everything it is in.
    private final class Job: @unchecked Sendable {
        let part: Part
        let memory: Int
        /// Bytes set aside for what comes out, that nothing has come to take up yet.
        var reserve: Int
        var chunks: [PartChunk] = []
        var isDone = false
        var fault: MemberFault?

        init(_ part: Part, memory: Int, reserve: Int) {
            self.part = part
            self.memory = memory
            self.reserve = reserve
        }
    }

    private struct State {
        /// In their order, from the first of which not everything was taken.
        var jobs: [Job] = []
        /// Those that no thread has begun.
        var waiting: [Job] = []
        var memoryInUse = 0
        /// To be used again, so that the kernel need not clear new memory for each.
        var freeChunks: [PartChunk] = []
        var freeMemory = 0
        var isAborted = false
    }

    private let memory: Int
    private let makeDecoder: @Sendable () throws(MemberFault) -> PartDecoding<Part>.Decoder
    private let state = Monitor(State())

    init(memory: UInt64, _ makeDecoder: @escaping @Sendable () throws(MemberFault) -> PartDecoding<Part>.Decoder) {
        self.memory = Int(clamping: memory)
        self.makeDecoder = makeDecoder
    }

    var isEmpty: Bool { state.update { $0.jobs.isEmpty } }

    /// - Returns: `false` when there is no room.
    func add(_ part: Part, memory wanted: Int, outputMemory: Int, most: Int) -> Bool {
        state.update { state in
            let total = state.memoryInUse + wanted + outputMemory
            guard state.jobs.isEmpty || (state.jobs.count < most && total <= memory) else { return false }
            let job = Job(part, memory: wanted, reserve: outputMemory)
            state.memoryInUse = total
            state.jobs.append(job)
            state.waiting.append(job)
            return true
        }
    }

    /// The next bytes in the order of the parts; `nil` when there are none, or none yet.
    ///
    /// - Throws: what is wrong with the first part.
    func next(isWaiting: Bool) throws(MemberFault) -> PartChunk? {
        while true {
            let step: Step? = state.wait { Self.step(&$0, isWaiting: isWaiting) }
            switch step {
            case .chunk(let chunk): return chunk
            case .fault(let fault): throw fault
            // Known to all now, as it makes another part the first.
            case .partDone: continue
            case .nothing, nil: return nil
            }
        }
    }

    private enum Step {
        case chunk(PartChunk)
        case partDone
        case fault(MemberFault)
        case nothing
    }

    private static func step(_ state: inout State, isWaiting: Bool) -> Step? {
        guard let job = state.jobs.first else { return .nothing }
        if !job.chunks.isEmpty { return .chunk(job.chunks.removeFirst()) }
        guard job.isDone else { return isWaiting ? nil : .nothing }
        if let fault = job.fault { return .fault(fault) }
        state.memoryInUse -= job.memory + job.reserve
        state.jobs.removeFirst()
        return .partDone
    }

    func release(_ chunk: PartChunk) {
        state.update { state in
            state.memoryInUse -= chunk.bytes.count
            state.freeMemory += chunk.bytes.count
            state.freeChunks.append(chunk)
        }
    }

    /// Lets all threads end.
    func abort() {
        state.update { state in
            state.isAborted = true
            state.waiting = []
            state.freeChunks = []
        }
    }

    /// Decodes parts until there will be no more; what a thread does.
    func work() {
        var decoder: PartDecoding<Part>.Decoder?
        while let job = begin() {
            var fault: MemberFault?
            do throws(MemberFault) {
                if decoder == nil { decoder = try makeDecoder() }
                try decoder?(job.part, output(of: job))
            } catch {
                fault = error
            }
            let failure = fault
            state.update { _ in
                job.isDone = true
                job.fault = failure
            }
        }
    }

    private func begin() -> Job? {
        let next: Job?? = state.wait { state in
            if state.isAborted { return .some(nil) }
            guard !state.waiting.isEmpty else { return nil }
            return .some(state.waiting.removeFirst())
        }
        return next ?? nil
    }

    private func output(of job: Job) -> PartOutput {
        PartOutput { [self] capacity in
            let chunk: PartChunk?? = state.wait { state in
                if state.isAborted { return .some(nil) }
                guard takeMemory(capacity, for: job, &state) else { return nil }
                return .some(Self.chunk(capacity, within: memory, &state))
            }
            return chunk ?? nil
        } give: { [self] chunk in
            state.update { _ in job.chunks.append(chunk) }
        }
    }

    private func takeMemory(_ capacity: Int, for job: Job, _ state: inout State) -> Bool {
        if capacity <= job.reserve {
            job.reserve -= capacity
            return true
        }
        // Everything else waits for the first part, so that must not wait for anything.
        let mustGoOn = state.jobs.first === job && job.chunks.isEmpty
        guard mustGoOn || state.memoryInUse + capacity <= memory else { return false }
        state.memoryInUse += capacity
        return true
    }

    /// Memory that was used before, if there is some of about that size.
    private static func chunk(_ capacity: Int, within memory: Int, _ state: inout State) -> PartChunk {
        let suitable = capacity...max(2 * capacity, 1 << 20)
        if let index = state.freeChunks.firstIndex(where: { suitable.contains($0.bytes.count) }) {
            let chunk = state.freeChunks.remove(at: index)
            state.freeMemory -= chunk.bytes.count
            state.memoryInUse += chunk.bytes.count - capacity
            return chunk
        }
        while state.memoryInUse + state.freeMemory > memory, let chunk = state.freeChunks.popLast() {
            state.freeMemory -= chunk.bytes.count
        }
        let chunk = PartChunk(capacity: capacity)
        state.memoryInUse += chunk.bytes.count - capacity
        return chunk
    }
}
