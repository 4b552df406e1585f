namespace Sluice.Contracts.Errors;

/// <summary>What to do about an error.</summary>
/// <param name="Sentence">For whoever reads it: one or two sentences.</param>
/// <param name="Action">For programs: see <see cref="ErrorActions"/>.</param>
public sealed record ErrorRemedy(string Sentence, string Action);

/// <summary>Kinds of what can be done about an error; stable.</summary>
public static class ErrorActions
{
    /// <summary>Raise a limit of the key, or apply for more quota.</summary>
    public const string RaiseLimit = "raiseLimit";
    /// <summary>Put the address on the key's allow list.</summary>
    public const string AddAddress = "addAddress";
    /// <summary>Have the permission given, or the key's scope widened.</summary>
    public const string AskPermission = "askPermission";
    /// <summary>Come back later with the same call.</summary>
    public const string RetryLater = "retryLater";
    /// <summary>Switch the key on.</summary>
    public const string EnableKey = "enableKey";
    /// <summary>Set a later end of the key, or use the newer secret.</summary>
    public const string ExtendKey = "extendKey";
    /// <summary>Give the key a new secret.</summary>
    public const string RotateKey = "rotateKey";
    /// <summary>Make a new key.</summary>
    public const string CreateKey = "createKey";
    /// <summary>Send the key as it was shown, in one header.</summary>
    public const string SendKey = "sendKey";
    /// <summary>Sign the calls as the key asks for it.</summary>
    public const string SignCalls = "signCalls";
    /// <summary>Change the request.</summary>
    public const string CorrectRequest = "correctRequest";
    /// <summary>Choose a model that there is.</summary>
    public const string ChooseModel = "chooseModel";
    /// <summary>For the operator: look at the upstream's settings.</summary>
    public const string OpenUpstream = "openUpstream";
    /// <summary>For the operator: look after the node.</summary>
    public const string TellOperator = "tellOperator";
    /// <summary>For the operator: look at the address that callers reach this installation by.</summary>
    public const string CheckPublicUrl = "checkPublicUrl";
}

/// <summary>The remedy of every error that a call of the data plane can end with.</summary>
public static class ErrorRemedies
{
    private const string Body = "Correct the request body; the error's param names the member.";

    private static readonly Dictionary<string, (ErrorCode Code, ErrorRemedy Remedy)> ByCode = new(StringComparer.Ordinal);

    static ErrorRemedies()
    {
        Add(ErrorCodes.InvalidJson, "Send one JSON object, whole and in UTF-8.", ErrorActions.CorrectRequest);
        Add(ErrorCodes.DuplicateMember, "Name each member once.", ErrorActions.CorrectRequest);
        Add(ErrorCodes.JsonTooDeep, "Flatten the request body.", ErrorActions.CorrectRequest);
        Add(ErrorCodes.JsonTooComplex, "Send fewer elements in one request.", ErrorActions.CorrectRequest);
        Add(ErrorCodes.MissingParameter, Body, ErrorActions.CorrectRequest);
        Add(ErrorCodes.InvalidType, Body, ErrorActions.CorrectRequest);
        Add(ErrorCodes.InvalidValue, Body, ErrorActions.CorrectRequest);
        Add(ErrorCodes.UnsupportedParameter, Body, ErrorActions.CorrectRequest);
        Add(ErrorCodes.InvalidHeader, "Correct the header that the error names.", ErrorActions.CorrectRequest);
        Add(ErrorCodes.ContextLengthExceeded, "Shorten the prompt or ask for fewer tokens, or choose a model with more context.", ErrorActions.CorrectRequest);
        Add(ErrorCodes.BodyTooLarge, "Send less in one request.", ErrorActions.CorrectRequest);
        Add(ErrorCodes.UnsupportedMediaType, "Send JSON, uncompressed, with 'Content-Type: application/json'.", ErrorActions.CorrectRequest);
        Add(ErrorCodes.KeyInQuery, "Send the key in the Authorization header, and give it a new secret: this one stands in logs.", ErrorActions.RotateKey);
        Add(ErrorCodes.ConflictingCredentials, "Send one key, in one header.", ErrorActions.SendKey);
        Add(ErrorCodes.MissingApiKey, "Send the key as 'Authorization: Bearer <key>'.", ErrorActions.SendKey);
        Add(ErrorCodes.InvalidApiKey, "Copy the key again, whole and without blanks; model calls need an API key and no other token.", ErrorActions.SendKey);
        Add(ErrorCodes.UnknownApiKey, "Check that the key belongs to this installation and was not deleted; else make a new one.", ErrorActions.CreateKey);
        Add(ErrorCodes.ExpiredApiKey, "Set a later end of the key or use its newer secret, or make a new key.", ErrorActions.ExtendKey);
        Add(ErrorCodes.RevokedApiKey, "That is for good: make a new key.", ErrorActions.CreateKey);
        Add(ErrorCodes.DisabledApiKey, "Switch the key on.", ErrorActions.EnableKey);
        Add(ErrorCodes.MissingPermission, "Call what the key allows, widen the key's scope, or have a role given to its owner that allows the call.", ErrorActions.AskPermission);
        Add(ErrorCodes.SignatureRequired, "Sign the call with the key's signing secret.", ErrorActions.SignCalls);
        Add(ErrorCodes.SignatureInvalid, "Sign exactly what is sent: timestamp, nonce, method, path with query, and body, with the key's current signing secret.", ErrorActions.SignCalls);
        Add(ErrorCodes.SignatureExpired, "Set the caller's clock, and sign each attempt anew.", ErrorActions.SignCalls);
        Add(ErrorCodes.SignatureReplayed, "Use a new random nonce for each attempt, retries included.", ErrorActions.SignCalls);
        Add(ErrorCodes.IpNotAllowed, "Call from an address on the key's allow list, or put this one on it.", ErrorActions.AddAddress);
        Add(ErrorCodes.ModelNotFound, "Ask for a model that is served here; GET /v1/models lists them.", ErrorActions.ChooseModel);
        Add(ErrorCodes.RateLimitExceeded, "Come back when the limit allows it, or have the key's limit raised.", ErrorActions.RetryLater);
        Add(ErrorCodes.InsufficientQuota, "Wait for the quota's reset, have the key's limit raised, or apply for more quota.", ErrorActions.RaiseLimit);
        Add(ErrorCodes.BudgetExhausted, "Wait for the budget's next period, or have it raised.", ErrorActions.RaiseLimit);
        Add(ErrorCodes.CallerLeft, "Nothing was wrong here: the caller closed the connection. Look at its time-outs.", ErrorActions.CorrectRequest);
        Add(ErrorCodes.InternalError, "Report it to the operator with the request id.", ErrorActions.TellOperator);
        Add(ErrorCodes.Interrupted, "Call again.", ErrorActions.RetryLater);
        Add(ErrorCodes.LoopDetected, "The operator must correct the upstream's base URL, which leads back here.", ErrorActions.OpenUpstream);
        Add(ErrorCodes.Draining, "Call again; another node answers, or this one when it is back.", ErrorActions.RetryLater);
        Add(ErrorCodes.Overloaded, "Call again a little later.", ErrorActions.RetryLater);
        Add(ErrorCodes.LedgerUnavailable, "The operator must free disk space or repair the data folder.", ErrorActions.TellOperator);
        Add(ErrorCodes.StorageUnavailable, "Call again a little later; if it stays, the operator must look after the database.", ErrorActions.RetryLater);
        Add(ErrorCodes.NoUpstream, "Call again a little later; if it stays, the operator must look after the upstreams.", ErrorActions.RetryLater);
        Add(ErrorCodes.UpstreamConnect, "The operator must check the upstream's address and whether it is up.", ErrorActions.OpenUpstream);
        Add(ErrorCodes.UpstreamForbiddenAddress, "The operator must correct the upstream's base URL, or allow private addresses for it.", ErrorActions.OpenUpstream);
        Add(ErrorCodes.UpstreamTls, "The operator must check the upstream's host name, port and certificate.", ErrorActions.OpenUpstream);
        Add(ErrorCodes.UpstreamAuth, "The operator must enter the upstream's API key again.", ErrorActions.OpenUpstream);
        Add(ErrorCodes.UpstreamRedirect, "The operator must correct the upstream's base URL: redirects are never followed.", ErrorActions.OpenUpstream);
        Add(ErrorCodes.UpstreamProtocol, "The operator must check that the upstream's base URL is that of an OpenAI-compatible API.", ErrorActions.OpenUpstream);
        Add(ErrorCodes.UpstreamTruncated, "Call again; if it stays, the operator must look after the upstream.", ErrorActions.RetryLater);
        Add(ErrorCodes.UpstreamError, "Call again; if it stays, the operator must look after the upstream.", ErrorActions.RetryLater);
        Add(ErrorCodes.UpstreamRateLimited, "Call again a little later: the limit is the upstream's.", ErrorActions.RetryLater);
        Add(ErrorCodes.UpstreamBalance, "The operator must top up the account with the upstream.", ErrorActions.OpenUpstream);
        Add(ErrorCodes.UpstreamOverloaded, "Call again a little later.", ErrorActions.RetryLater);
        Add(ErrorCodes.UpstreamTimeout, "Call again, with a shorter prompt or as a stream; if it stays, the operator must look after the upstream.", ErrorActions.RetryLater);
    }

    /// <summary>Code and remedy of an error; <see langword="null"/> for one that is not Sluice's own, such as an upstream's refusal of a request.</summary>
    public static (ErrorCode Code, ErrorRemedy Remedy)? Find(string code) => ByCode.TryGetValue(code, out var found) ? found : null;

    private static void Add(ErrorCode code, string sentence, string action) => ByCode.Add(code.Code, (code, new ErrorRemedy(sentence, action)));
}
