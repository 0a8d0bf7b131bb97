/// A value that never prints: its description is a fixed mask, in string interpolation and in a debugger alike.
public struct Secret<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The value itself. Hand it only to what must send or compare it.
    public let revealed: Value

    /// Hides a value.
    public init(_ value: Value) {
        revealed = value
    }

    /// Always the mask.
    public var description: String { secretMask }
    /// Always the mask.
    public var debugDescription: String { secretMask }
    /// Without children, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret: Equatable where Value: Equatable {}

/// What stands wherever a secret was.
public let secretMask = "[secret]"
