namespace Sluice.Gateway.Sandbox;

/// <summary>The words across every sandbox picture, as 5 × 7 dots a letter.</summary>
internal static class WatermarkFont
{
    private const string Words = "SLUICE SANDBOX  ";
    public const int Rows = 7;
    private const int LetterWidth = 6;
    public static readonly int Width = Words.Length * LetterWidth;

    private static readonly bool[,] Dots = Draw();

    /// <summary>Whether the dot is inked; <paramref name="x"/> goes round.</summary>
    public static bool At(int x, int row) => Dots[row, x % Width];

    private static bool[,] Draw()
    {
        var dots = new bool[Rows, Width];
        for (var i = 0; i < Words.Length; i++)
        {
            var letter = Letter(Words[i]);
            for (var row = 0; row < letter.Length; row++)
            {
                for (var x = 0; x < 5; x++) dots[row, i * LetterWidth + x] = (letter[row] >> (4 - x) & 1) == 1;
            }
        }

        return dots;
    }

    private static int[] Letter(char c) => c switch
    {
        'A' => [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001],
        'B' => [0b11110, 0b10001, 0b10001, 0b11110, 0b10001, 0b10001, 0b11110],
        'C' => [0b01111, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b01111],
        'D' => [0b11110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b11110],
        'E' => [0b11111, 0b10000, 0b10000, 0b11110, 0b10000, 0b10000, 0b11111],
        'I' => [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        'L' => [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111],
        'N' => [0b10001, 0b11001, 0b10101, 0b10101, 0b10011, 0b10001, 0b10001],
        'O' => [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
        'S' => [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110],
        'U' => [0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110],
        'X' => [0b10001, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001, 0b10001],
        _ => [],
    };
}
