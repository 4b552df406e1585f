namespace Sluice.Gateway.Limits;

/// <summary>What is taken from the limits of a key at an instant.</summary>
/// <param name="CallsToday">Calls of the day that is counted on, those under way included.</param>
/// <param name="DayEndsIn">Until that day ends.</param>
/// <param name="Requests">Calls of the last 60 seconds; counted only while the key has a limit for them.</param>
/// <param name="RequestsEmptyIn">Until all of them are over a minute old.</param>
/// <param name="Tokens">Tokens of the last 60 seconds; counted only while the key has a limit for them.</param>
/// <param name="TokensEmptyIn">Until all of them are over a minute old.</param>
/// <param name="UnderWay">Calls under way.</param>
public readonly record struct LimitUse(long CallsToday, TimeSpan DayEndsIn, long Requests, TimeSpan RequestsEmptyIn, long Tokens, TimeSpan TokensEmptyIn, int UnderWay);
