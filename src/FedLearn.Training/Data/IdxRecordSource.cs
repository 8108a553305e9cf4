using FedLearn.Client.Vault;

namespace FedLearn.Training.Data;

/// <summary>
/// A pair of IDX files (images of rank 3, labels of rank 1; plain or .gz) as records of <see cref="ImageSchema"/>. MNIST's home is
/// <c>http://yann.lecun.com/exdb/mnist/</c>, with mirrors at <c>https://storage.googleapis.com/cvdf-datasets/mnist/</c> and
/// <c>https://ossci-datasets.s3.amazonaws.com/mnist/</c>.
/// </summary>
public sealed class IdxRecordSource : IRecordSource
{
    private readonly IdxFile _images;
    private readonly IdxFile _labels;
    private readonly string _labelsPath;
    private readonly ImageSchema _schema;
    private int _next;

    /// <summary>Opens the two files.</summary>
    /// <param name="imagesPath">The images.</param>
    /// <param name="labelsPath">The labels, one byte each.</param>
    /// <param name="classes">Labels are below this, 2 to 256.</param>
    /// <exception cref="InvalidDataException">One is no such file, or they differ in their number of items.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public IdxRecordSource(string imagesPath, string labelsPath, int classes = 10)
    {
        _labelsPath = labelsPath;
        _images = new(imagesPath, rank: 3);
        try
        {
            _labels = new(labelsPath, rank: 1);
            _schema = new(_images.Dimensions[1], _images.Dimensions[2], classes);
        }
        catch
        {
            _images.Dispose();
            throw;
        }

        if (_images.Count != _labels.Count)
        {
            Dispose();
            throw new InvalidDataException($"{imagesPath} has {_images.Count} images, but {labelsPath} has {_labels.Count} labels");
        }
    }

    /// <summary>The number of records.</summary>
    public int Count => _images.Count;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Schema => _schema.Canonical;

    /// <inheritdoc/>
    public int RecordLength => _schema.RecordLength;

    /// <summary>MNIST's 60,000 training images, or its 10,000 test images, from a folder with the four canonical files, plain or .gz.</summary>
    /// <exception cref="FileNotFoundException">A file is missing; the message names it.</exception>
    public static IdxRecordSource Mnist(string directory, bool test)
    {
        var prefix = test ? "t10k" : "train";
        return new(Find(directory, $"{prefix}-images-idx3-ubyte"), Find(directory, $"{prefix}-labels-idx1-ubyte"));
    }

    /// <summary>All labels of a label file, for partitioners.</summary>
    public static int[] ReadLabels(string labelsPath)
    {
        using var file = new IdxFile(labelsPath, rank: 1);
        var bytes = new byte[file.Count];
        file.ReadItem(0, bytes);
        return Array.ConvertAll(bytes, b => (int)b);
    }

    /// <inheritdoc/>
    public bool TryRead(Span<byte> record)
    {
        if (_next == Count)
        {
            _images.RequireEnd();
            _labels.RequireEnd();
            return false;
        }

        _labels.ReadItem(_next, record[..1]);
        if (record[0] >= _schema.Classes)
        {
            throw new InvalidDataException($"{_labelsPath}: label {_next} is {record[0]}, but there are {_schema.Classes} classes");
        }

        _images.ReadItem(_next, record[1..RecordLength]);
        _next++;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _images.Dispose();
        _labels.Dispose();
    }

    private static string Find(string directory, string name)
    {
        var plain = Path.Combine(directory, name);
        return File.Exists(plain) ? plain
            : File.Exists(plain + ".gz") ? plain + ".gz"
            : throw new FileNotFoundException($"{directory} has neither {name} nor {name}.gz; MNIST consists of four such files", plain);
    }
}
