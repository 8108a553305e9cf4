using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace FedLearn.Proofs.PowerLoss.Sqlite;

/// <summary>The C face of <see cref="CrashVfs"/>. No exception passes: each becomes an error code.</summary>
internal static unsafe class VfsMethods
{
    /// <summary>The table of functions: files are ours; time, randomness and the like are those of the system's VFS.</summary>
    public static Native.Vfs Table(Native.Vfs* system)
    {
        var table = *system;
        table.Version = 2;
        table.Next = null;
        table.FileSize = sizeof(Native.File);
        table.MaxPath = 1024;
        table.Open = &Open;
        table.Delete = &Delete;
        table.Access = &Access;
        table.FullPath = &FullPath;
        return table;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Native.Vfs* vfs, byte* name, Native.File* file, int flags, int* outFlags)
    {
        file->Methods = null;
        try
        {
            if (Of(vfs).Open(Text(name), flags) is not { } opened)
            {
                return Native.CannotOpen;
            }

            file->Managed = GCHandle.ToIntPtr(GCHandle.Alloc(opened));
            file->Methods = FileMethods.Table;
            if (outFlags is not null)
            {
                *outFlags = flags;
            }

            return Native.Ok;
        }
        catch (Exception e)
        {
            return FileMethods.CodeOf(e, Native.CannotOpen);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(Native.Vfs* vfs, byte* name, int syncFolder)
    {
        try
        {
            var path = Text(name)!;
            if (!Of(vfs).Disk.FileExists(path))
            {
                return Native.IoErrorDeleteMissing;
            }

            Of(vfs).Delete(path, syncFolder != 0);
            return Native.Ok;
        }
        catch (Exception)
        {
            return Native.IoErrorDelete;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Access(Native.Vfs* vfs, byte* name, int flags, int* result)
    {
        try
        {
            *result = Of(vfs).Disk.FileExists(Text(name)!) ? 1 : 0;
            return Native.Ok;
        }
        catch (Exception)
        {
            return Native.IoError;
        }
    }

    /// <summary>Paths are absolute here already.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FullPath(Native.Vfs* vfs, byte* name, int size, byte* result)
    {
        var path = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (path.Length >= size)
        {
            return Native.CannotOpen;
        }

        path.CopyTo(new Span<byte>(result, size));
        result[path.Length] = 0;
        return Native.Ok;
    }

    private static CrashVfs Of(Native.Vfs* vfs) => (CrashVfs)GCHandle.FromIntPtr(vfs->AppData).Target!;

    private static string? Text(byte* name) => name is null ? null : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
}
