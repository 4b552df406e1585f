using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sluice.Bench.Linux;

/// <summary>A level-triggered epoll set. The token of each event is the file descriptor.</summary>
internal sealed unsafe class Poller : IDisposable
{
    private const int MaxEvents = 512;

    // The kernel packs epoll_event on x86-64 only.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = Stride - 8;

    private readonly int _epoll = LibC.Checked(LibC.EpollCreate(LibC.CloseOnExec), "epoll_create1");
    private readonly byte[] _events = GC.AllocateArray<byte>(MaxEvents * 16, pinned: true);

    internal void Add(int fd) => Control(LibC.EpollCtlAdd, fd, LibC.EpollIn);

    internal void WatchOutput(int fd, bool on) => Control(LibC.EpollCtlModify, fd, on ? LibC.EpollIn | LibC.EpollOut : LibC.EpollIn);

    internal void Remove(int fd) => Control(LibC.EpollCtlDelete, fd, 0);

    /// <summary>Waits for events; 0 when the time ran out.</summary>
    internal int Wait(int timeoutMs)
    {
        fixed (byte* events = _events)
        {
            var count = LibC.EpollWait(_epoll, events, MaxEvents, timeoutMs);
            if (count >= 0) return count;
            return Marshal.GetLastPInvokeError() == LibC.Interrupted ? 0 : LibC.Checked(count, "epoll_wait");
        }
    }

    internal int FdOf(int index) => Unsafe.ReadUnaligned<int>(ref _events[(index * Stride) + DataOffset]);

    internal bool IsWritable(int index) => (Unsafe.ReadUnaligned<uint>(ref _events[index * Stride]) & LibC.EpollOut) != 0;

    public void Dispose() => LibC.Close(_epoll);

    private void Control(int operation, int fd, uint events)
    {
        var ev = stackalloc byte[16];
        Unsafe.WriteUnaligned(ev, events);
        Unsafe.WriteUnaligned(ev + DataOffset, (long)fd);
        LibC.Checked(LibC.EpollControl(_epoll, operation, fd, ev), "epoll_ctl");
    }
}
