using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Keys;
using Sluice.Server.Management.Access;
using Sluice.Server.Management.Operations;
using Sluice.Server.Secrets;
using Sluice.Server.Storage;
using Sluice.Server.Tests.Messages;

namespace Sluice.Server.Tests.Management;

/// <summary>
/// An object for every address that names one, made afresh in an organisation by rows alone, so that an operation has something to work on whoever asks. An
/// address that is not here fails the matrix.
/// </summary>
internal sealed class MatrixObjects(SluiceDb db, SecretSealer sealer, string organisation, Person person, DateTimeOffset now)
{
    private readonly long _now = now.ToUnixTimeMilliseconds();
    private readonly string _project = organisation == ManagementServer.OrganisationA ? ManagementServer.ProjectA : ManagementServer.ProjectB;

    /// <summary>An id of the same kind that does not exist.</summary>
    public static string Absent(string id) => id.Contains('_', StringComparison.Ordinal) ? id[..(id.IndexOf('_', StringComparison.Ordinal) + 1)] + "00000000000000000000000000" : "absent.example";

    /// <param name="person">Who will ask: what is somebody's own is made theirs.</param>
    /// <returns>What stands for <c>{id}</c> and <c>{item}</c>.</returns>
    public static async Task<(string Id, string Item)> CreateAsync(ManagementServer server, Operation operation, string organisation, Person person)
    {
        var path = operation.Path.Split('/')[1..];
        if (!path.Contains("{id}"))
            return ("", "");
        switch (path[0])
        {
            case "upstreams":
                return (await server.CreateUpstreamAsync("u" + Guid.CreateVersion7().ToString("N")), "");
            case "requests":
                return (await StorageParts.AddRecordAsync(server, organisation), "");
            case "outbox":
                return (await server.AddMessageAsync("held"), "");
            case "people":
                return ((await server.AddPersonAsync(organisation, "role_developer")).AccountId, "");
            case "members":
                return ((await server.AddPersonAsync(organisation, "role_developer")).AccountId, "");
            case "me" when path[1] == "sessions":
                return ((await server.SignInAsync(person.AccountId)).SessionId, "");
        }

        await using var db = server.Database.CreateContext();
        var made = new MatrixObjects(db, server.Services.GetRequiredService<SecretSealer>(), organisation, person, server.Time.GetUtcNow()).Make(path, operation.Name);
        await db.SaveChangesAsync();
        return made;
    }

    private (string Id, string Item) Make(string[] path, string operation) => path switch
    {
        ["keys", ..] => (Key().Id, ""),
        ["projects", ..] => (Add(new ProjectRow { Id = New(ObjectId.Project), OrganisationId = organisation, Name = "p", CreatedAtMs = _now, UpdatedAtMs = _now }).Id, ""),
        ["roles", ..] => (Add(new RoleRow { Id = New(ObjectId.Role), OrganisationId = organisation, Name = Guid.NewGuid().ToString("N"), Description = "", Permissions = "[]", CreatedAtMs = _now, UpdatedAtMs = _now }).Id, ""),
        ["assignments", ..] => (Assignment().Id, ""),
        ["invitations", ..] => (Invitation().Id, ""),
        ["tokens", ..] => (Token().Id, ""),
        ["tiers", ..] => ("business", ""),
        ["public-mail-domains", ..] => (Add(new PublicMailDomainRow { Domain = $"d{Guid.NewGuid():N}.example", CreatedAtMs = _now }).Domain, ""),
        ["me", "passkeys", ..] => (PasskeyId(), ""),
        ["me", "notifications", ..] => (Add(new NotificationRow { Id = New(ObjectId.Notification), AccountId = person.AccountId, Kind = "k", SubjectId = "s", Text = "t", CreatedAtMs = _now }).Id, ""),
        ["enterprise-applications", ..] or ["reviews", "enterprise", ..] => (Enterprise().Id, ""),
        ["documents", ..] => (Document().Id, ""),
        ["tickets", ..] or ["support", "tickets", ..] => (Ticket().Id, ""),
        ["quota-applications", ..] or ["reviews", "quota", ..] => (Quota().Id, ""),
        ["quota-grants", ..] => (Grant().Id, ""),
        ["access-reviews", ..] => Review(),
        ["playground-sessions", ..] => (Playground(), ""),
        _ => throw new InvalidOperationException($"The matrix makes no object for '{string.Join('/', path)}' yet, which '{operation}' is about."),
    };

    private string New(string prefix) => ObjectId.New(prefix, now);

    private TRow Add<TRow>(TRow row) where TRow : class
    {
        db.Add(row);
        return row;
    }

    private KeyRow Key() => Add(new KeyRow
    {
        Id = New(ObjectId.Key), OrganisationId = organisation, ProjectId = _project, Name = "k", NameFolded = "k", Kind = "test", Enabled = true, OwnerId = person.AccountId,
        ScopeRoutes = "[]", ScopeModels = "[]", AllowedNetworks = "[]", CallsPerDay = 500, CreatedAtMs = _now, UpdatedAtMs = _now,
    });

    private string Playground()
    {
        KeyText.Create(KeyPurpose.Playground, out var publicId);
        Add(new KeyCredentialRow
        {
            PublicId = publicId, KeyId = Key().Id, OrganisationId = organisation, Hash = new byte[32], PepperVersion = 1, LastFour = "wxyz", CreatedAtMs = _now, ExpiresAtMs = _now + 600_000,
            Purpose = "playground", MadeBy = person.AccountId, MadeWith = person.SessionId,
        });
        return ObjectId.PlaygroundSession + "_" + publicId;
    }

    private AssignmentRow Assignment()
    {
        var id = New(ObjectId.Account);
        var email = id + "@corp.example";
        Add(new AccountRow
        {
            Id = id, Name = "Somebody", Language = "en", Email = email, NormalizedEmail = email.ToUpperInvariant(), UserName = email, NormalizedUserName = email.ToUpperInvariant(),
            SecurityStamp = "s", ConcurrencyStamp = "c", CreatedAtMs = _now, UpdatedAtMs = _now,
        });
        Add(new MemberRow { OrganisationId = organisation, AccountId = id, JoinedAtMs = _now });
        return Add(new AssignmentRow { Id = New(ObjectId.Assignment), OrganisationId = organisation, AccountId = id, RoleId = "role_billing", Source = "direct", CreatedAtMs = _now, CreatedBy = "test" });
    }

    private InvitationRow Invitation()
    {
        var email = $"guest{Guid.NewGuid():N}@corp.example";
        return Add(new InvitationRow
        {
            Id = New(ObjectId.Invitation), OrganisationId = organisation, Email = email, NormalizedEmail = email.ToUpperInvariant(), RoleId = "role_billing", PublicId = Guid.NewGuid().ToString("N"),
            Hash = new byte[32], PepperVersion = 1, CreatedAtMs = _now, CreatedBy = "test", ExpiresAtMs = _now + 86_400_000,
        });
    }

    private ManagementTokenRow Token()
    {
        KeyText.Create(KeyPurpose.Management, out var publicId);
        return Add(new ManagementTokenRow
        {
            Id = New(ObjectId.Token), OrganisationId = organisation, AccountId = person.AccountId, Purpose = "management", Name = "t", PublicId = publicId, Hash = new byte[32], PepperVersion = 1,
            Scopes = """["keys.read"]""", CreatedAtMs = _now,
        });
    }

    private string PasskeyId()
    {
        var id = Guid.NewGuid().ToByteArray();
        Add(new PasskeyRow
        {
            CredentialId = id, UserId = person.AccountId, Name = "p", PublicKey = [1], CreatedAtMs = _now, SignCount = 0, Transports = "[]", IsUserVerified = true, IsBackupEligible = false, IsBackedUp = false,
            AttestationObject = [1], ClientDataJson = [1],
        });
        return System.Buffers.Text.Base64Url.EncodeToString(id);
    }

    private EnterpriseApplicationRow Enterprise()
    {
        // An organisation has one open application.
        foreach (var open in db.EnterpriseApplications.Where(e => e.OrganisationId == organisation && e.Status == "submitted").ToList())
            open.Status = "withdrawn";
        db.SaveChanges();
        return Add(EnterpriseOf());
    }

    private EnterpriseApplicationRow EnterpriseOf() => new()
    {
        Id = New(ObjectId.EnterpriseApplication), OrganisationId = organisation, CompanyName = "Acme", RegistrationScheme = "other", RegistrationNumber = "1", ContactName = "n", ContactEmail = "e@corp.example",
        ContactPhone = "+8613800000000", Status = "submitted", SubmittedAtMs = _now, SubmittedBy = "acc_someone", UpdatedAtMs = _now,
    };

    private DocumentRow Document()
    {
        var id = New(ObjectId.Document);
        return Add(new DocumentRow
        {
            Id = id, OrganisationId = organisation, Purpose = "licence", FileName = "a.pdf", MediaType = "application/pdf", Bytes = 1, SealedContent = sealer.SealBytes([1], id, "licence", organisation),
            CreatedAtMs = _now, CreatedBy = person.AccountId,
        });
    }

    private TicketRow Ticket() => Add(new TicketRow
    {
        Id = New(ObjectId.Ticket), OrganisationId = organisation, Subject = "s", Status = "open", Priority = "normal", CreatedAtMs = _now, CreatedBy = person.AccountId, UpdatedAtMs = _now,
    });

    private QuotaApplicationRow Quota() => Add(new QuotaApplicationRow
    {
        Id = New(ObjectId.QuotaApplication), OrganisationId = organisation, ProjectId = _project, KeyId = Key().Id, LimitKind = "callsPerDay", CurrentValue = 500, RequestedValue = 1000, Temporary = true,
        FromMs = _now, UntilMs = _now + 86_400_000, Scenario = "s", ExpectedVolume = "v", Status = "open", ApplicantId = person.AccountId, CreatedAtMs = _now, UpdatedAtMs = _now,
    });

    private QuotaGrantRow Grant()
    {
        var application = Quota();
        return Add(new QuotaGrantRow
        {
            Id = New(ObjectId.QuotaGrant), OrganisationId = organisation, KeyId = application.KeyId, ApplicationId = application.Id, LimitKind = "callsPerDay", Value = 1000, FromMs = _now, UntilMs = _now + 86_400_000, CreatedAtMs = _now,
        });
    }

    private (string, string) Review()
    {
        var review = Add(new AccessReviewRow { Id = New(ObjectId.Review), OrganisationId = organisation, Name = "r", Status = "open", CreatedAtMs = _now, CreatedBy = "system", DueAtMs = _now + 86_400_000 });
        var item = Add(new ReviewItemRow { Id = New(ObjectId.ReviewItem), ReviewId = review.Id, OrganisationId = organisation, SubjectKind = "key", SubjectId = Key().Id, Title = "k", Findings = "[]", Proposed = """{"expiresInDays":90}""" });
        return (review.Id, item.Id);
    }
}
