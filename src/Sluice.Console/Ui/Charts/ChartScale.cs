using System.Globalization;

namespace Sluice.Console.Ui.Charts;

/// <summary>An axis from nothing to a round number above the largest value, with four steps.</summary>
public sealed class ChartScale
{
    private const int Steps = 4;
    private readonly double _top;

    public ChartScale(double largest) => _top = Round(largest);

    public double Top => _top;

    /// <summary>Top to bottom.</summary>
    public IEnumerable<double> Ticks => Enumerable.Range(0, Steps + 1).Select(i => _top * (Steps - i) / Steps);

    /// <summary>Distance from the top, of <paramref name="height"/>.</summary>
    public double Y(double value, double height) => height - (Math.Clamp(value, 0, _top) / _top * height);

    private static double Round(double largest)
    {
        if (largest <= 0) return Steps;
        var unit = Math.Pow(10, Math.Floor(Math.Log10(largest)));
        return ((double[])[1, 2, 4, 5, 8, 10]).First(m => m * unit >= largest * 0.999) * unit;
    }

    public static string N(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>One series of a chart: a value for each place, <see langword="null"/> where there is none.</summary>
public sealed record ChartSeries(string Name, IReadOnlyList<double?> Values);
