using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FedLearn.Coordinator.Storage.Disks;

namespace FedLearn.Proofs.PowerLoss.Sqlite;

/// <summary>The C face of <see cref="VfsFile"/>. No exception passes: each becomes an error code.</summary>
internal static unsafe class FileMethods
{
    private const int SectorSizeBytes = 4096;

    /// <summary>One table for all files, for as long as the process lives.</summary>
    public static Native.IoMethods* Table { get; } = MakeTable();

    /// <summary>The error code of an exception; for a full disk its own.</summary>
    public static int CodeOf(Exception e, int otherwise) => DiskErrors.IsFull(e) ? Native.Full : otherwise;

    private static Native.IoMethods* MakeTable()
    {
        var table = (Native.IoMethods*)NativeMemory.Alloc((nuint)sizeof(Native.IoMethods));
        *table = new Native.IoMethods
        {
            Version = 2,
            Close = &Close,
            Read = &Read,
            Write = &Write,
            Truncate = &Truncate,
            Sync = &Sync,
            Size = &Size,
            Lock = &Lock,
            Unlock = &Unlock,
            CheckReservedLock = &CheckReservedLock,
            Control = &Control,
            SectorSize = &SectorSize,
            Characteristics = &Characteristics,
            ShmMap = &ShmMap,
            ShmLock = &ShmLock,
            ShmBarrier = &ShmBarrier,
            ShmUnmap = &ShmUnmap,
        };
        return table;
    }

    private static VfsFile Of(Native.File* file) => (VfsFile)GCHandle.FromIntPtr(file->Managed).Target!;

    private static int Try(Native.File* file, int error, Func<VfsFile, int> what)
    {
        try
        {
            return what(Of(file));
        }
        catch (Exception e)
        {
            return CodeOf(e, error);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(Native.File* file)
    {
        var result = Try(file, Native.IoError, f => f.Close());
        GCHandle.FromIntPtr(file->Managed).Free();
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(Native.File* file, byte* buffer, int length, long at) =>
        Try(file, Native.IoErrorRead, f => f.Read(new Span<byte>(buffer, length), at));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(Native.File* file, byte* bytes, int length, long at) =>
        Try(file, Native.IoErrorWrite, f => f.Write(new ReadOnlySpan<byte>(bytes, length), at));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(Native.File* file, long length) => Try(file, Native.IoErrorTruncate, f => f.Truncate(length));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(Native.File* file, int flags) => Try(file, Native.IoErrorSync, f => f.Sync());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Size(Native.File* file, long* size)
    {
        *size = Of(file).Size();
        return Native.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(Native.File* file, int level) => Of(file).Lock((LockLevel)level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(Native.File* file, int level) => Of(file).Unlock((LockLevel)level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(Native.File* file, int* result)
    {
        *result = Of(file).IsReserved() ? 1 : 0;
        return Native.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Control(Native.File* file, int what, nint argument) => Native.NotFound;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(Native.File* file) => SectorSizeBytes;

    /// <summary>As SQLite's own VFS on Linux: a write does not harm the bytes beside it. Nothing else is promised.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Characteristics(Native.File* file) => Native.PowersafeOverwrite;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(Native.File* file, int region, int size, int make, nint* address)
    {
        *address = Of(file).Map(region, size, make != 0);
        return Native.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmLock(Native.File* file, int first, int count, int flags) => Of(file).LockMemory(first, count, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ShmBarrier(Native.File* file) => Interlocked.MemoryBarrier();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmUnmap(Native.File* file, int delete)
    {
        Of(file).Unmap();
        return Native.Ok;
    }
}
