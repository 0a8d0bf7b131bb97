extension HTTPImageStream {
    /// Goes on from where a stream of another mirror is.
    ///
    /// - Parameter isVerified: whether a digest over the whole image is compared in the end, so that equal length will do.
    /// - Throws: `ImageSourceError.changed` when the mirrors do not prove that they have the same image.
    func open(at position: StreamPosition, isVerified: Bool) throws -> ImageOrigin {
        let isVerified = isVerified || position.check != nil
        let changed = ImageSourceError.changed(requests.name, offset: position.offset)
        guard position.identity.entityTag != nil || isVerified, position.identity.length != nil else { throw changed }
        (offset, limit, identity, check) = (position.offset, position.limit, position.identity, position.check)
        prefix = position.prefix
        trustsLength = isVerified
        let answer = try reopened(validator: isVerified ? nil : identity.entityTag)
        guard isVerified || ImageIdentity(answer.head.headers).entityTag == identity.entityTag else {
            answer.task.cancel()
            throw changed
        }
        guard requests.layer == nil || check == nil || requests.layer == check?.layer else { throw changed }
        // From here on this mirror's own version counts: each server makes entity tags in its own way.
        identity = ImageIdentity(answer.head.headers, length: position.identity.length)
        offersParts = check == nil && provesParts && answer.head.status == .partialContent
        self.answer = answer
        return origin
    }

    /// Reads this mirror's image from its start, and goes on from where a stream of another mirror is once all that was read
    /// there came again.
    ///
    /// - Throws: `ImageSourceError.differs` when it did not; others when this mirror cannot be read so far.
    func openFromStart(comparingTo position: StreamPosition, of other: String) throws -> ImageOrigin {
        let differs = ImageSourceError.differs(requests.name, from: other, offset: position.offset)
        guard requests.layer == nil, position.limit == nil, let known = position.prefix else { throw differs }
        (offset, prefix, startsOver) = (position.offset, known, true)
        identity = ImageIdentity([:], length: position.identity.length)
        do {
            let answer = try reopened(validator: nil)
            identity = ImageIdentity(answer.head.headers, length: position.identity.length)
            self.answer = answer
            while repetition > 0 { _ = try receive() }
        } catch ImageSourceError.changed {
            throw differs
        }
        startsOver = identity.validator == nil
        return origin
    }
}
