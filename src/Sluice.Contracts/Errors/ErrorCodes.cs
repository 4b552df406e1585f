namespace Sluice.Contracts.Errors;

/// <summary>Every error code Sluice answers with. A code is never renamed and never changes its status.</summary>
public static class ErrorCodes
{
    private const string Invalid = "invalid_request_error";
    private const string Authentication = "authentication_error";
    private const string Permission = "permission_error";
    private const string Upstream = "upstream_error";
    private const string Server = "server_error";

    // 400: the request cannot be understood or carries a bad value.
    public static readonly ErrorCode InvalidJson = new("invalid_json", 400, Invalid, "The request body is not valid JSON.", false);
    public static readonly ErrorCode DuplicateMember = new("duplicate_member", 400, Invalid, "The request body names the same member twice.", false);
    public static readonly ErrorCode JsonTooDeep = new("json_too_deep", 400, Invalid, "The request body is nested more than 64 levels deep.", false);
    public static readonly ErrorCode JsonTooComplex = new("json_too_complex", 400, Invalid, "The request body has too many elements.", false);
    public static readonly ErrorCode MissingParameter = new("missing_required_parameter", 400, Invalid, "A required parameter is missing.", false);
    public static readonly ErrorCode InvalidType = new("invalid_type", 400, Invalid, "A parameter has the wrong type.", false);
    public static readonly ErrorCode InvalidValue = new("invalid_value", 400, Invalid, "A parameter has a value that is not allowed.", false);
    public static readonly ErrorCode UnsupportedParameter = new("unsupported_parameter", 400, Invalid, "A parameter is not supported.", false);
    public static readonly ErrorCode InvalidHeader = new("invalid_header", 400, Invalid, "A request header has a value that is not allowed.", false);
    public static readonly ErrorCode KeyInQuery = new("api_key_in_query", 400, Invalid, "An API key was sent in the query string, where logs and proxies keep it. Send it as 'Authorization: Bearer <key>' and rotate this one.", false);
    public static readonly ErrorCode ConflictingCredentials = new("conflicting_credentials", 400, Invalid, "Two different API keys were sent with one request.", false);
    public static readonly ErrorCode ContextLengthExceeded = new("context_length_exceeded", 400, Invalid, "The prompt and the requested output do not fit into the model's context.", false);

    // 401: who are you, and may you?
    public static readonly ErrorCode MissingApiKey = new("missing_api_key", 401, Authentication, "No API key was sent. Send it as 'Authorization: Bearer <key>'.", false);
    public static readonly ErrorCode InvalidApiKey = new("invalid_api_key", 401, Authentication, "The API key is malformed or mistyped.", false);
    public static readonly ErrorCode UnknownApiKey = new("unknown_api_key", 401, Authentication, "The API key is not known here.", false);
    public static readonly ErrorCode ExpiredApiKey = new("expired_api_key", 401, Authentication, "The API key has expired.", false);
    public static readonly ErrorCode RevokedApiKey = new("revoked_api_key", 401, Authentication, "The API key was revoked.", false);
    public static readonly ErrorCode DisabledApiKey = new("disabled_api_key", 401, Authentication, "The API key is disabled.", false);
    public static readonly ErrorCode MissingPermission = new("missing_permission", 401, Permission, "The API key lacks a permission that this call needs.", false);
    public static readonly ErrorCode SignatureRequired = new("signature_required", 401, Authentication, "Every call with this API key must be signed.", false);
    public static readonly ErrorCode SignatureInvalid = new("signature_invalid", 401, Authentication, "The call's signature is not valid.", false);
    public static readonly ErrorCode SignatureExpired = new("signature_expired", 401, Authentication, "The call was not signed at a time that is accepted now.", false);
    public static readonly ErrorCode SignatureReplayed = new("signature_replayed", 401, Authentication, "A call with this nonce was received before.", false);
    public static readonly ErrorCode MissingManagementToken = new("missing_management_token", 401, Authentication, "The management API needs 'Authorization: Bearer' with a management token or the token of a session.", false);
    public static readonly ErrorCode InvalidManagementToken = new("invalid_management_token", 401, Authentication, "The management token is not valid.", false);

    public static readonly ErrorCode ReportNotSigned = new("report_not_signed", 401, Authentication, "The report does not carry a valid signature.", false);
    public static readonly ErrorCode InvalidCredentials = new("invalid_credentials", 401, Authentication, "These credentials are not accepted.", false);
    public static readonly ErrorCode SecondFactorRequired = new("second_factor_required", 401, Authentication, "The account asks for a second factor.", false);
    public static readonly ErrorCode AccountSuspended = new("account_suspended", 401, Authentication, "The account is suspended.", false);

    // 402: no money.
    public static readonly ErrorCode BudgetExhausted = new("budget_exhausted", 402, "insufficient_balance", "A budget is used up.", false);

    // 403: from where.
    public static readonly ErrorCode IpNotAllowed = new("ip_not_allowed", 403, Permission, "The address this call came from is not on the key's IP allow list.", false);

    public static readonly ErrorCode CrossSiteRequest = new("cross_site_request", 403, Permission, "The call came from another site's page.", false);
    public static readonly ErrorCode ConfirmationRequired = new("confirmation_required", 403, Permission, "This needs a fresh proof of who is signed in.", false);
    public static readonly ErrorCode PasswordExpired = new("password_expired", 403, Permission, "The password is too old and must be replaced.", false);
    public static readonly ErrorCode RegistrationClosed = new("registration_closed", 403, Permission, "This installation takes no registrations.", false);
    public static readonly ErrorCode SsoRequired = new("sso_required", 403, Permission, "This installation is signed in to by single sign-on only.", false);
    public static readonly ErrorCode SsoFailed = new("sso_failed", 403, Permission, "Single sign-on did not succeed.", false);
    public static readonly ErrorCode LinkNotValid = new("link_not_valid", 403, Permission, "The link is not valid.", false);
    public static readonly ErrorCode VerificationRequired = new("verification_required", 403, Permission, "The account is not fully verified yet.", false);
    public static readonly ErrorCode PermissionDenied = new("permission_denied", 403, Permission, "The caller may not do this.", false);
    public static readonly ErrorCode AboveTier = new("above_tier", 403, Permission, "A limit is above what the organisation's tier allows.", false);

    // 404, 405, 409, 411, 413, 415: the route, the object, the size.
    public static readonly ErrorCode ModelNotFound = new("model_not_found", 404, Invalid, "The model does not exist here.", false);
    public static readonly ErrorCode NotFound = new("not_found", 404, Invalid, "There is nothing at this address.", false);
    public static readonly ErrorCode MethodNotAllowed = new("method_not_allowed", 405, Invalid, "This address does not support that method.", false);
    public static readonly ErrorCode Conflict = new("conflict", 409, Invalid, "The object was changed or already exists.", false);
    public static readonly ErrorCode PreconditionFailed = new("precondition_failed", 412, Invalid, "The object is no longer in the version that If-Match names.", false);
    public static readonly ErrorCode BodyTooLarge = new("request_too_large", 413, Invalid, "The request body is too large.", false);
    public static readonly ErrorCode UnsupportedMediaType = new("unsupported_media_type", 415, Invalid, "The request body must be JSON: send 'Content-Type: application/json'.", false);
    public static readonly ErrorCode SecretRequired = new("secret_required", 422, Invalid, "A stored secret is bound to where it is sent and must be entered again.", false);
    public static readonly ErrorCode IdempotencyMismatch = new("idempotency_mismatch", 422, Invalid, "The Idempotency-Key was used before for a different request.", false);

    // 429: limits. The first is worth waiting for, the second is not.
    public static readonly ErrorCode RateLimitExceeded = new("rate_limit_exceeded", 429, "rate_limit_error", "A rate limit was reached.", true);
    public static readonly ErrorCode InsufficientQuota = new("insufficient_quota", 429, "insufficient_quota", "A quota is used up.", false);

    // 499: the caller left. Never sent, only recorded.
    public static readonly ErrorCode CallerLeft = new("caller_left", 499, Invalid, "The caller closed the connection before the answer was complete.");

    // 5xx: ours.
    public static readonly ErrorCode InternalError = new("internal_error", 500, Server, "Sluice failed while handling the call. Please report it with the request id.");
    public static readonly ErrorCode Interrupted = new("interrupted", 500, Server, "The process ended while the call was under way.");
    public static readonly ErrorCode LoopDetected = new("loop_detected", 508, Server, "The call came back to the gateway it went out from: an upstream's base URL points at this gateway.", false);
    public static readonly ErrorCode Draining = new("shutting_down", 503, Server, "This node is shutting down. Try again.", true);
    public static readonly ErrorCode Overloaded = new("overloaded", 503, Server, "This node is at its capacity. Try again.", true);
    public static readonly ErrorCode LedgerUnavailable = new("ledger_unavailable", 503, Server, "The journal cannot be written, so no call can be accounted for. The operator must free disk space or repair the data folder.", true);
    public static readonly ErrorCode StorageUnavailable = new("storage_unavailable", 503, Server, "The database does not answer. Try again.", true);

    // 502, 503, 504: upstream's.
    public static readonly ErrorCode NoUpstream = new("no_upstream", 503, Upstream, "No upstream that serves this model is available.", true);
    public static readonly ErrorCode UpstreamConnect = new("upstream_unreachable", 502, Upstream, "The upstream could not be reached.");
    public static readonly ErrorCode UpstreamForbiddenAddress = new("upstream_address_forbidden", 502, Upstream, "The upstream's name resolves to an address that upstreams may not have.", false);
    public static readonly ErrorCode UpstreamTls = new("upstream_tls", 502, Upstream, "A secure connection to the upstream could not be made.");
    public static readonly ErrorCode UpstreamAuth = new("upstream_auth", 502, Upstream, "The upstream refused the operator's credentials. The operator must check the upstream's API key.", false);
    public static readonly ErrorCode UpstreamRedirect = new("upstream_redirect", 502, Upstream, "The upstream answered with a redirect, which is never followed. The operator must correct its base URL.", false);
    public static readonly ErrorCode UpstreamProtocol = new("upstream_protocol_error", 502, Upstream, "The upstream's answer could not be understood.");
    public static readonly ErrorCode UpstreamTruncated = new("upstream_truncated", 502, Upstream, "The upstream broke off in the middle of its answer.");
    public static readonly ErrorCode UpstreamError = new("upstream_error", 502, Upstream, "The upstream failed.");
    public static readonly ErrorCode UpstreamRateLimited = new("upstream_rate_limited", 429, "rate_limit_error", "The upstream's own rate limit was reached.", true);
    public static readonly ErrorCode UpstreamBalance = new("upstream_balance", 502, Upstream, "The operator's account with the upstream is out of money. The operator must top it up.", false);
    public static readonly ErrorCode UpstreamOverloaded = new("upstream_overloaded", 503, Upstream, "The upstream is overloaded. Try again.", true);
    public static readonly ErrorCode UpstreamTimeout = new("upstream_timeout", 504, Upstream, "The upstream did not answer in time.");
}
