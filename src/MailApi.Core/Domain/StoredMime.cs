using System.IO.Compression;

namespace MailApi.Core.Domain;

/// <summary>How a message's MIME is kept: compressed when that saves at least a fifth.</summary>
public static class StoredMime
{
    private const int WorthTrying = 1024;

    public static (bool Compressed, byte[] Bytes) Pack(byte[] mime)
    {
        if (mime.Length < WorthTrying)
        {
            return (false, mime);
        }

        var buffer = new byte[mime.Length * 4 / 5];
        return BrotliEncoder.TryCompress(mime, buffer, out var written, quality: 1, window: 22)
            ? (true, buffer[..written])
            : (false, mime);
    }

    /// <param name="compressed">As <see cref="Pack"/> said.</param>
    /// <param name="bytes">As <see cref="Pack"/> made them.</param>
    public static byte[] Unpack(bool compressed, byte[] bytes)
    {
        if (!compressed)
        {
            return bytes;
        }

        using var brotli = new BrotliStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var mime = new MemoryStream(bytes.Length * 4);
        brotli.CopyTo(mime);
        return mime.ToArray();
    }
}
