using System.Text;
using Sluice.Server.Documents;

namespace Sluice.Server.Tests.Documents;

/// <summary>Files are known by their content, and what could act by itself or burst whoever opens it is not taken.</summary>
public class DocumentFileTests
{
    private static string? Wrong(byte[] bytes, string mediaType, string? name = null) =>
        DocumentFile.Check(name ?? "file" + (mediaType switch { "image/png" => ".png", "image/jpeg" => ".jpg", _ => ".pdf" }), mediaType, bytes).Wrong;

    private static string? WrongPdf(params IReadOnlyList<byte[]> objects) => Wrong(DocumentSamples.Pdf(objects), "application/pdf");

    [Fact]
    public void Whole_files_of_each_kind_are_taken()
    {
        Wrong(DocumentSamples.Png(), "image/png").ShouldBeNull();
        Wrong(DocumentSamples.Jpeg(), "image/jpeg").ShouldBeNull();
        Wrong(DocumentSamples.Jpeg(frame: 0xC2), "image/jpeg", "Photo.JPEG").ShouldBeNull();
        WrongPdf().ShouldBeNull();
        WrongPdf(DocumentSamples.Stream("/Filter/FlateDecode", DocumentSamples.Deflated("BT (hello) Tj ET"u8)), DocumentSamples.Stream("/Type/XObject/Subtype/Image/Filter/DCTDecode", DocumentSamples.Jpeg())).ShouldBeNull();
    }

    [Fact]
    public void A_file_of_one_kind_under_the_name_or_type_of_another_is_refused()
    {
        var files = new[] { (DocumentSamples.Png(), "image/png", "a.png"), (DocumentSamples.Jpeg(), "image/jpeg", "a.jpg"), (DocumentSamples.Pdf(), "application/pdf", "a.pdf") };
        foreach (var (bytes, type, name) in files)
        {
            foreach (var (_, otherType, otherName) in files.Where(f => f.Item2 != type))
            {
                DocumentFile.Check(name, otherType, bytes).Member.ShouldBe("mediaType");
                DocumentFile.Check(otherName, type, bytes).Member.ShouldBe("fileName");
            }

            DocumentFile.Check("a", type, bytes).Member.ShouldBe("fileName");
            DocumentFile.Check(name + ".exe", type, bytes).Member.ShouldBe("fileName");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("GIF89a")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>")]
    [InlineData("<html><script>alert(1)</script></html>")]
    [InlineData(" %PDF-1.7\n%%EOF")]
    public void Anything_else_is_refused(string content)
    {
        foreach (var type in DocumentFile.MediaTypes)
            Wrong(Encoding.Latin1.GetBytes(content), type).ShouldNotBeNull();
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_refused()
    {
        foreach (var (bytes, type) in new[] { (DocumentSamples.Png(), "image/png"), (DocumentSamples.Jpeg(), "image/jpeg"), (DocumentSamples.Pdf(), "application/pdf") })
        {
            // The last line break of a PDF is no part of it.
            for (var length = 0; length < bytes.Length - (type == "application/pdf" ? 1 : 0); length++)
                Wrong(bytes[..length], type).ShouldNotBeNull($"{type}, {length} of {bytes.Length}");
        }
    }

    [Fact]
    public void A_file_larger_than_the_limit_is_refused()
    {
        var png = DocumentSamples.Png();
        byte[] padded = [.. png[..33], .. DocumentSamples.Chunk("tEXt", new byte[DocumentFile.BytesMax]), .. png[33..]];
        Wrong(padded, "image/png")!.ShouldContain("10 MiB");
    }

    [Theory]
    [InlineData(20_000, 2_500, true)]
    [InlineData(20_001, 1, false)]
    [InlineData(1, 20_001, false)]
    [InlineData(10_000, 5_001, false)]
    [InlineData(0, 5, false)]
    [InlineData(5, 0, false)]
    [InlineData(65_535, 65_535, false)]
    public void Dimensions_are_read_from_the_header_and_bounded(int width, int height, bool taken)
    {
        (Wrong(DocumentSamples.Png((uint)width, (uint)height), "image/png") is null).ShouldBe(taken);
        (Wrong(DocumentSamples.Jpeg((ushort)width, (ushort)height), "image/jpeg") is null).ShouldBe(taken);
    }

    [Fact]
    public void A_png_of_four_thousand_million_pixels_a_side_is_refused() => Wrong(DocumentSamples.Png(uint.MaxValue, uint.MaxValue), "image/png").ShouldNotBeNull();

    [Fact]
    public void One_changed_byte_of_a_png_is_noticed()
    {
        var png = DocumentSamples.Png();
        for (var at = 0; at < png.Length; at++)
        {
            png[at] ^= 0x20;
            Wrong(png, "image/png").ShouldNotBeNull($"byte {at}");
            png[at] ^= 0x20;
        }
    }

    [Theory]
    [InlineData(3, 2, 0)]
    [InlineData(16, 3, 0)]
    [InlineData(8, 5, 0)]
    [InlineData(8, 2, 2)]
    public void A_png_of_a_kind_that_there_is_not_is_refused(byte depth, byte colour, byte interlace) => Wrong(DocumentSamples.Png(2, 2, depth, colour, interlace), "image/png").ShouldNotBeNull();

    [Fact]
    public void A_png_with_something_behind_its_end_is_refused()
    {
        Wrong([.. DocumentSamples.Png(), 0], "image/png").ShouldNotBeNull();
        Wrong([.. DocumentSamples.Png(), .. "PK\u0003\u0004"u8], "image/png").ShouldNotBeNull();
        Wrong([.. DocumentSamples.PngSignature, .. DocumentSamples.Chunk("IEND", [])], "image/png").ShouldNotBeNull();
    }

    [Fact]
    public void What_a_telephone_puts_behind_a_jpeg_is_not_kept()
    {
        var jpeg = DocumentSamples.Jpeg();
        var (file, _, wrong) = DocumentFile.Check("photo.jpg", "image/jpeg", (byte[])[.. jpeg, .. "PK\u0003\u0004 and a film"u8, .. DocumentSamples.Jpeg()]);
        wrong.ShouldBeNull();
        file!.Content.ToArray().ShouldBe(jpeg);
    }

    [Fact]
    public void A_jpeg_that_is_out_of_order_is_refused()
    {
        byte[] start = [0xFF, 0xD8];
        byte[] end = [0xFF, 0xD9];
        var frame = DocumentSamples.Frame(0xC0, 10, 10);
        Wrong([.. start, .. frame, .. DocumentSamples.Scan(), .. end], "image/jpeg").ShouldBeNull();
        Wrong([.. start, .. DocumentSamples.Scan(), .. frame, .. end], "image/jpeg").ShouldNotBeNull();
        Wrong([.. start, .. frame, .. DocumentSamples.Frame(0xC0, 60_000, 10), .. DocumentSamples.Scan(), .. end], "image/jpeg").ShouldNotBeNull();
        Wrong([.. start, .. frame, .. end], "image/jpeg").ShouldNotBeNull();
        Wrong([.. start, .. end], "image/jpeg").ShouldNotBeNull();
        Wrong([.. start, 0xFF, 0xE0, 0, 1, .. frame, .. DocumentSamples.Scan(), .. end], "image/jpeg").ShouldNotBeNull();
        // A preview inside a segment is no second picture.
        Wrong([.. start, .. DocumentSamples.Segment(0xE1, DocumentSamples.Jpeg(60_000, 60_000)), .. frame, .. DocumentSamples.Scan(), .. end], "image/jpeg").ShouldBeNull();
    }

    [Fact]
    public void A_picture_that_passes_for_a_pdf_is_refused()
    {
        byte[] both = [0xFF, 0xD8, .. DocumentSamples.Segment(0xFE, "%PDF-1.4"u8), .. DocumentSamples.Jpeg()[2..]];
        Wrong(both, "image/jpeg")!.ShouldContain("at once");
        var png = DocumentSamples.Png();
        Wrong([.. png[..33], .. DocumentSamples.Chunk("tEXt", "a\0%PDF-1.4"u8), .. png[33..]], "image/png")!.ShouldContain("at once");
    }

    [Theory]
    [InlineData("<</S/JavaScript/JS(app.alert\\(1\\))>>", "JavaScript")]
    [InlineData("<</S /J#61vaScript /X 1>>", "JavaScript")]
    [InlineData("<</S/#4a#61#76#61#53#63#72#69#70#74>>", "JavaScript")]
    [InlineData("<</JS(app.alert\\(1\\))>>", "JS")]
    [InlineData("<</S/Launch/F(cmd.exe)>>", "Launch")]
    [InlineData("<</Type/EmbeddedFile>>", "EmbeddedFile")]
    [InlineData("<</Names<</EmbeddedFiles 9 0 R>>>>", "EmbeddedFiles")]
    [InlineData("<</Encrypt 9 0 R>>", "encrypted")]
    [InlineData("<</E#6ecrypt 9 0 R>>", "encrypted")]
    [InlineData("<</Subtype/RichMedia>>", "RichMedia")]
    [InlineData("<</S/Rendition/JS(x)>>", "Rendition")]
    [InlineData("<</AcroForm<</XFA 9 0 R>>>>", "XFA")]
    public void A_pdf_that_does_something_or_brings_something_along_is_refused(string body, string named) => WrongPdf(DocumentSamples.Text(body))!.ShouldContain(named);

    [Theory]
    [InlineData("<</Title(JavaScript for beginners, Launch, Encrypt)>>")]
    [InlineData("<</JavaScripts 1/JSX 2/Launcher 3/EncryptMetadata false>>")]
    [InlineData("<</S/GoTo/D[3 0 R/Fit]>>")]
    public void A_pdf_that_only_speaks_of_such_things_is_taken(string body) => WrongPdf(DocumentSamples.Text(body)).ShouldBeNull();

    [Fact]
    public void A_script_in_a_packed_stream_is_found()
    {
        var objects = Encoding.ASCII.GetBytes("10 0 " + new string(' ', 90_000) + "<</S/JavaScript/JS(app.alert(1))>>");
        WrongPdf(DocumentSamples.Stream("/Type/ObjStm/N 1/First 5/Filter/FlateDecode", DocumentSamples.Deflated(objects)))!.ShouldContain("JavaScript");
        // Without saying what it is, and with another line end.
        byte[] carriage = [.. DocumentSamples.Text("<</N 1/First 5/Filter/FlateDecode/Length 9>>\r\nstream\r\n"), .. DocumentSamples.Deflated(objects), .. DocumentSamples.Text("\r\nendstream")];
        WrongPdf(carriage)!.ShouldContain("JavaScript");
        // A name that lies across two pieces of what is unpacked.
        for (var before = 65_520; before < 65_540; before++)
            WrongPdf(DocumentSamples.Stream("/Filter/FlateDecode", DocumentSamples.Deflated(Encoding.ASCII.GetBytes(new string(' ', before) + "/JavaScript "))))!.ShouldContain("JavaScript");
    }

    [Theory]
    [InlineData("/Type/ObjStm/N 1/First 5/Filter[/ASCIIHexDecode/FlateDecode]")]
    [InlineData("/Type/ObjStm/N 1/First 5/Filter[/FlateDecode/FlateDecode]")]
    [InlineData("/Type/ObjStm/N 1/First 5/Filter/LZWDecode")]
    [InlineData("/Type/ObjStm/N 1/First 5/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 4>>")]
    public void Objects_packed_so_that_nobody_can_look_into_them_are_refused(string dictionary) =>
        WrongPdf(DocumentSamples.Stream(dictionary, DocumentSamples.Deflated("10 0 <<>>"u8)))!.ShouldContain("cannot be looked into");

    [Fact]
    public void Bytes_that_look_like_a_short_name_by_chance_are_taken() =>
        WrongPdf(DocumentSamples.Stream("/Subtype/Image/Filter/DCTDecode", "\u0001\u0002/JS(\u0003"u8)).ShouldBeNull();

    [Fact]
    public void A_pdf_that_unpacks_to_too_much_is_refused()
    {
        var half = DocumentSamples.Stream("/Filter/FlateDecode", DocumentSamples.Deflated(new byte[(PdfFile.UnpackedMax / 2) + 1]));
        WrongPdf(half).ShouldBeNull();
        WrongPdf(half, half)!.ShouldContain("too much");
    }

    [Fact]
    public void A_pdf_without_its_table_or_with_something_behind_its_end_is_refused()
    {
        var pdf = DocumentSamples.Pdf();
        Wrong([.. pdf, .. "PK\u0003\u0004"u8], "application/pdf").ShouldNotBeNull();
        Wrong([.. pdf, .. "\r\n\0 \n"u8], "application/pdf").ShouldBeNull();
        var text = Encoding.Latin1.GetString(pdf);
        Wrong(Encoding.Latin1.GetBytes(text.Replace("startxref\n", "startxref\n9", StringComparison.Ordinal)), "application/pdf").ShouldNotBeNull();
        Wrong(Encoding.Latin1.GetBytes(text.Replace("startxref", "startzref", StringComparison.Ordinal)), "application/pdf").ShouldNotBeNull();
        Wrong(Encoding.Latin1.GetBytes(text.Replace("%PDF-1.7", "%PDF-x.7", StringComparison.Ordinal)), "application/pdf").ShouldNotBeNull();
    }

    [Fact]
    public void No_bytes_make_the_check_fail_otherwise_than_by_saying_so()
    {
        var random = new Random(17);
        foreach (var (sample, type) in new[] { (DocumentSamples.Png(), "image/png"), (DocumentSamples.Jpeg(), "image/jpeg"), (DocumentSamples.Pdf(DocumentSamples.Stream("/Filter/FlateDecode", DocumentSamples.Deflated("x"u8))), "application/pdf") })
        {
            for (var round = 0; round < 3_000; round++)
            {
                var bytes = (byte[])sample.Clone();
                for (var change = random.Next(1, 5); change > 0; change--)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                var (file, _, wrong) = DocumentFile.Check("a" + Path.GetExtension("a." + (type == "application/pdf" ? "pdf" : type["image/".Length..])), type, bytes.AsMemory(0, random.Next(1, bytes.Length + 1)));
                (file is null).ShouldBe(wrong is not null);
            }
        }
    }

    [Fact]
    public void Many_short_names_and_streams_do_not_take_long()
    {
        // Each of these would be quadratic if it were looked for backwards: none may take longer than a straight walk does.
        var names = DocumentSamples.Stream("/X 1", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("/JS ", 1_000_000))));
        var streams = DocumentSamples.Text(string.Concat(Enumerable.Repeat("stream ", 40_000)));
        WrongPdf(names).ShouldBeNull();
        WrongPdf(streams).ShouldBeNull();
        WrongPdf(DocumentSamples.Text(string.Concat(Enumerable.Repeat("stream ", 60_000))))!.ShouldContain("too many parts");
    }

    [Theory]
    [InlineData("licence.pdf", "licence.pdf")]
    [InlineData("LICENCE.PDF", "LICENCE.pdf")]
    [InlineData("../../etc/passwd.pdf", "passwd.pdf")]
    [InlineData("C:\\Users\\me\\licence.pdf", "licence.pdf")]
    [InlineData("a\"; filename=\"b.exe.pdf", "a filenameb.exe.pdf")]
    [InlineData("营业执照（副本）.pdf", "营业执照副本.pdf")]
    [InlineData("con.pdf", "_con.pdf")]
    [InlineData("NUL.txt.pdf", "_NUL.txt.pdf")]
    [InlineData("...pdf", "document.pdf")]
    [InlineData(".pdf", "pdf.pdf")]
    [InlineData("a\u202Efdp.exe.pdf", "afdp.exe.pdf")]
    [InlineData("a\r\nSet-Cookie x.pdf", "aSet-Cookie x.pdf")]
    [InlineData("<img src=x onerror=1>.pdf", "img srcx onerror1.pdf")]
    public void File_names_are_cleaned(string name, string clean) => FileNameText.Clean(name, ".pdf").ShouldBe(clean);

    [Fact]
    public void File_names_are_bounded() => FileNameText.Clean(new string('文', 500) + ".pdf", ".pdf").Length.ShouldBe(100);
}
