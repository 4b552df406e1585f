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
[JsonSerializable(typeof(AuditVerificationAnswer))]
[JsonSerializable(typeof(AccessReviewBody))]
[JsonSerializable(typeof(ReviewNoteBody))]
[JsonSerializable(typeof(ReviewDecisionsBody))]
[JsonSerializable(typeof(ReviewEvidenceBody))]
[JsonSerializable(typeof(AccessReviewAnswer))]
[JsonSerializable(typeof(Page<AccessReviewAnswer>))]
[JsonSerializable(typeof(ReviewItemAnswer))]
[JsonSerializable(typeof(Page<ReviewItemAnswer>))]
[JsonSerializable(typeof(ReviewDecisionsAnswer))]
[JsonSerializable(typeof(ReviewEvidenceAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ReviewFinding>))]
[JsonSerializable(typeof(ReviewProposal))]
[JsonSerializable(typeof(CallerAnswer))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(IReadOnlyList<Permission>))]
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
