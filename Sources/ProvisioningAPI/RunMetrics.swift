/// The body of the call to `METRICS_URL` at the end of a run.
public struct RunMetrics: Codable, Hashable, Sendable {
    /// What one step took.
    public struct Step: Codable, Hashable, Sendable {
        /// The step's name.
        public var name: String
        /// Wall-clock seconds, all attempts together.
        public var seconds: Double
        /// Attempts after the first.
        public var retries: Int

        /// A step's figures.
        public init(name: StepName, seconds: Double, retries: Int = 0) {
            self.name = name.rawValue
            self.seconds = seconds
            self.retries = retries
        }
    }

    /// In the order they ran.
    public var steps: [Step]
    /// Bytes of the image as written to the disk; 0 when none was.
    public var imageBytes: UInt64
    /// Seconds from the first byte asked for to the last one on disk.
    public var imageSeconds: Double
    /// Seconds that each stage of the writing was at work; they run at the same time.
    public var imageStageSeconds: [String: Double]?
    /// How often the download went on over another connection.
    public var imageResumes: Int?

    /// A run's figures.
    public init(
        steps: [Step], imageBytes: UInt64 = 0, imageSeconds: Double = 0, imageStageSeconds: [String: Double]? = nil,
        imageResumes: Int? = nil
    ) {
        self.imageStageSeconds = imageStageSeconds
        self.imageResumes = imageResumes
        self.steps = steps
        self.imageBytes = imageBytes
        self.imageSeconds = imageSeconds
    }
}
