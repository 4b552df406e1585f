using System.Text.Json.Serialization;
using Sluice.Contracts.Json;

namespace Sluice.Contracts.Management;

/// <summary>
/// Source-generated JSON for the management API: camel case, instants as RFC 3339 in UTC, members named twice refused. Bodies refuse unknown members;
/// answers ignore them, so that an older client reads a newer server.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(InstantConverter),
        typeof(OptionalConverter<string>),
        typeof(OptionalConverter<bool?>),
        typeof(OptionalConverter<int?>),
        typeof(OptionalConverter<long?>),
        typeof(OptionalConverter<DateTimeOffset?>),
        typeof(OptionalConverter<IReadOnlyList<string>>),
        typeof(OptionalConverter<KeyScopeBody>),
        typeof(OptionalConverter<KeyLimitsBody>),
    ])]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(UpdateKeyBody))]
[JsonSerializable(typeof(RotateKeyBody))]
[JsonSerializable(typeof(KeyAnswer))]
[JsonSerializable(typeof(Page<KeyAnswer>))]
[JsonSerializable(typeof(ProjectBody))]
[JsonSerializable(typeof(UpdateProjectBody))]
[JsonSerializable(typeof(ProjectAnswer))]
[JsonSerializable(typeof(Page<ProjectAnswer>))]
[JsonSerializable(typeof(UpstreamBody))]
[JsonSerializable(typeof(UpdateUpstreamBody))]
[JsonSerializable(typeof(UpstreamAnswer))]
[JsonSerializable(typeof(Page<UpstreamAnswer>))]
[JsonSerializable(typeof(RequestAnswer))]
[JsonSerializable(typeof(Page<RequestAnswer>))]
[JsonSerializable(typeof(AuditEntryAnswer))]
[JsonSerializable(typeof(Page<AuditEntryAnswer>))]
[JsonSerializable(typeof(CallerAnswer))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(IReadOnlyList<Permission>))]
[JsonSerializable(typeof(RejectBody))]
[JsonSerializable(typeof(EnterpriseApplicationBody))]
[JsonSerializable(typeof(ApproveEnterpriseBody))]
[JsonSerializable(typeof(EnterpriseApplicationAnswer))]
[JsonSerializable(typeof(Page<EnterpriseApplicationAnswer>))]
[JsonSerializable(typeof(EnterpriseReviewAnswer))]
[JsonSerializable(typeof(Page<EnterpriseReviewAnswer>))]
[JsonSerializable(typeof(TicketBody))]
[JsonSerializable(typeof(TicketMessageBody))]
[JsonSerializable(typeof(TicketAnswer))]
[JsonSerializable(typeof(Page<TicketAnswer>))]
[JsonSerializable(typeof(TicketMessageAnswer))]
[JsonSerializable(typeof(QuotaApplicationBody))]
[JsonSerializable(typeof(QuotaCommentBody))]
[JsonSerializable(typeof(ApproveQuotaBody))]
[JsonSerializable(typeof(QuotaApplicationAnswer))]
[JsonSerializable(typeof(Page<QuotaApplicationAnswer>))]
[JsonSerializable(typeof(QuotaCommentAnswer))]
[JsonSerializable(typeof(QuotaGrantAnswer))]
[JsonSerializable(typeof(Page<QuotaGrantAnswer>))]
// What the converters look up by themselves.
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool?))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(DateTimeOffset?))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(KeyScopeBody))]
[JsonSerializable(typeof(KeyLimitsBody))]
public sealed partial class ManagementJson : JsonSerializerContext;
