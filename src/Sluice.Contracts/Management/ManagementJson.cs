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
        typeof(OptionalConverter<IReadOnlyList<Permission>>),
    ])]
[JsonSerializable(typeof(KeyBody))]
[JsonSerializable(typeof(UpdateKeyBody))]
[JsonSerializable(typeof(RotateKeyBody))]
[JsonSerializable(typeof(KeyAnswer))]
[JsonSerializable(typeof(Page<KeyAnswer>))]
[JsonSerializable(typeof(MoveKeyBody))]
[JsonSerializable(typeof(KeyImpactAnswer))]
[JsonSerializable(typeof(LeakBody))]
[JsonSerializable(typeof(LeakAnswer))]
[JsonSerializable(typeof(IReadOnlyList<ScannedToken>))]
[JsonSerializable(typeof(IReadOnlyList<ScannedTokenAnswer>))]
[JsonSerializable(typeof(ScanningPublicKeys))]
[JsonSerializable(typeof(ChecklistAnswer))]
[JsonSerializable(typeof(GoLiveBody))]
[JsonSerializable(typeof(ProjectBody))]
[JsonSerializable(typeof(UpdateProjectBody))]
[JsonSerializable(typeof(ProjectAnswer))]
[JsonSerializable(typeof(Page<ProjectAnswer>))]
[JsonSerializable(typeof(UpstreamBody))]
[JsonSerializable(typeof(UpdateUpstreamBody))]
[JsonSerializable(typeof(UpstreamAnswer))]
[JsonSerializable(typeof(Page<UpstreamAnswer>))]
[JsonSerializable(typeof(RequestAnswer))]
[JsonSerializable(typeof(RequestPage))]
[JsonSerializable(typeof(AuditEntryAnswer))]
[JsonSerializable(typeof(Page<AuditEntryAnswer>))]
[JsonSerializable(typeof(AuditVerificationAnswer))]
[JsonSerializable(typeof(CallerAnswer))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(RegistrationBody))]
[JsonSerializable(typeof(SetUpBody))]
[JsonSerializable(typeof(NoticeAnswer))]
[JsonSerializable(typeof(LinkTokenBody))]
[JsonSerializable(typeof(EmailBody))]
[JsonSerializable(typeof(NewPasswordBody))]
[JsonSerializable(typeof(ChangePasswordBody))]
[JsonSerializable(typeof(UpdateMeBody))]
[JsonSerializable(typeof(PhoneBody))]
[JsonSerializable(typeof(PhoneConfirmationBody))]
[JsonSerializable(typeof(AccountAnswer))]
[JsonSerializable(typeof(EmailChangeAnswer))]
[JsonSerializable(typeof(TotpAnswer))]
[JsonSerializable(typeof(TotpCodeBody))]
[JsonSerializable(typeof(RecoveryCodesAnswer))]
[JsonSerializable(typeof(ConfirmIdentityBody))]
[JsonSerializable(typeof(SignInBody))]
[JsonSerializable(typeof(PasskeySignInBody))]
[JsonSerializable(typeof(SignedInAnswer))]
[JsonSerializable(typeof(Page<SessionAnswer>))]
[JsonSerializable(typeof(PasskeyQuestionAnswer))]
[JsonSerializable(typeof(PasskeyBody))]
[JsonSerializable(typeof(RenamePasskeyBody))]
[JsonSerializable(typeof(PasskeyAnswer))]
[JsonSerializable(typeof(Page<PasskeyAnswer>))]
[JsonSerializable(typeof(PersonAnswer))]
[JsonSerializable(typeof(Page<PersonAnswer>))]
[JsonSerializable(typeof(SuspendPersonBody))]
[JsonSerializable(typeof(System.Text.Json.JsonElement))]
[JsonSerializable(typeof(IReadOnlyList<Permission>))]
[JsonSerializable(typeof(OrganisationBody))]
[JsonSerializable(typeof(UpdateOrganisationBody))]
[JsonSerializable(typeof(SwitchOrganisationBody))]
[JsonSerializable(typeof(OwnershipBody))]
[JsonSerializable(typeof(OrganisationAnswer))]
[JsonSerializable(typeof(Page<OwnOrganisationAnswer>))]
[JsonSerializable(typeof(MemberAnswer))]
[JsonSerializable(typeof(Page<MemberAnswer>))]
[JsonSerializable(typeof(InvitationBody))]
[JsonSerializable(typeof(AcceptInvitationBody))]
[JsonSerializable(typeof(InvitationAnswer))]
[JsonSerializable(typeof(Page<InvitationAnswer>))]
[JsonSerializable(typeof(Page<OwnInvitationAnswer>))]
[JsonSerializable(typeof(AcceptedInvitationAnswer))]
[JsonSerializable(typeof(RoleBody))]
[JsonSerializable(typeof(UpdateRoleBody))]
[JsonSerializable(typeof(PreviewRoleBody))]
[JsonSerializable(typeof(PreviewRoleAnswer))]
[JsonSerializable(typeof(RoleAnswer))]
[JsonSerializable(typeof(Page<RoleAnswer>))]
[JsonSerializable(typeof(Page<PermissionAnswer>))]
[JsonSerializable(typeof(AssignmentBody))]
[JsonSerializable(typeof(AssignmentAnswer))]
[JsonSerializable(typeof(Page<AssignmentAnswer>))]
[JsonSerializable(typeof(ExplainAccessBody))]
[JsonSerializable(typeof(AccessExplanationAnswer))]
[JsonSerializable(typeof(OwnAccessAnswer))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(Page<TokenAnswer>))]
[JsonSerializable(typeof(TierBody))]
[JsonSerializable(typeof(TierAnswer))]
[JsonSerializable(typeof(Page<TierAnswer>))]
[JsonSerializable(typeof(PublicMailDomainAnswer))]
[JsonSerializable(typeof(Page<PublicMailDomainAnswer>))]
[JsonSerializable(typeof(MessageAnswer))]
[JsonSerializable(typeof(Page<MessageAnswer>))]
[JsonSerializable(typeof(TestMessageBody))]
[JsonSerializable(typeof(TestMessageAnswer))]
[JsonSerializable(typeof(NotificationAnswer))]
[JsonSerializable(typeof(NotificationPage))]
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
