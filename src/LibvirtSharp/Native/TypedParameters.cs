namespace LibvirtSharp.Native;

/// <summary>Named values for a call: libvirt's <c>virTypedParameter</c> array, which only libvirt makes and frees.</summary>
internal sealed class TypedParameters : IDisposable
{
    private nint _array;
    private int _capacity;
    private int _count;

    public nint Array => _array;

    public int Count => _count;

    public TypedParameters With(string name, string value)
    {
        NativeMethods.virTypedParamsAddString(ref _array, ref _count, ref _capacity, name, value).OrThrow();
        return this;
    }

    public TypedParameters With(string name, int value)
    {
        NativeMethods.virTypedParamsAddInt(ref _array, ref _count, ref _capacity, name, value).OrThrow();
        return this;
    }

    public void Dispose()
    {
        NativeMethods.virTypedParamsFree(_array, _count);
        (_array, _count) = (0, 0);
    }
}
