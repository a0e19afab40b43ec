namespace MailApi.Http;

/// <summary>A problem the service can answer with.</summary>
/// <param name="Code">Stable, for programs.</param>
/// <param name="Status">The status it comes with.</param>
/// <param name="Meaning">What it says, and what to do.</param>
public sealed record ProblemCode(string Code, int Status, string Meaning);

/// <summary>All of them, for the documentation.</summary>
public static class ProblemCodes
{
    public static IReadOnlyList<ProblemCode> All { get; } =
    [
        new("invalid_json", 400, "The body is not JSON."),
        new("unknown_field", 400, "The body has a field that does not exist; the pointer names it."),
        new("missing_field", 400, "A required field is missing."),
        new("wrong_type", 400, "A field has a value of another type, or a null where none is allowed."),
        new("duplicate_field", 400, "A field is given twice."),
        new("invalid_parameter", 400, "A value in the query, the path or a header cannot be used."),
        new("bad_request", 400, "The request cannot be read."),
        new("unauthorized", 401, "No key was sent."),
        new("invalid_api_key", 401, "The key does not exist, was revoked, or is not complete."),
        new("api_key_expired", 401, "The key has expired."),
        new("invalid_signature", 401, "The relay's request is not signed, or not as it should be."),
        new("missing_scope", 403, "The key may not do this; the detail names the scope."),
        new("ip_not_allowed", 403, "The key may not be used from this address."),
        new("from_not_allowed", 403, "The key may not send from this address."),
        new("exceeds_own_rights", 403, "Nobody makes a key that may do more than their own."),
        new("not_found", 404, "There is no such thing in this project."),
        new("method_not_allowed", 405, "The address does not take this method."),
        new("idempotency_in_progress", 409, "A request with this Idempotency-Key is under way; ask again."),
        new("not_scheduled", 409, "Only a message that is still scheduled can be moved."),
        new("not_cancellable", 409, "The first attempt has begun."),
        new("project_not_empty", 409, "The project still has keys or messages."),
        new("slug_taken", 409, "The project has a template with this slug."),
        new("template_in_use", 409, "Other live templates include this one; the detail names them."),
        new("template_conflict", 409, "The other project has something else under this slug; nothing was copied."),
        new("too_many_webhooks", 409, "The project has as many endpoints as it may have."),
        new("webhook_disabled", 409, "The endpoint is disabled; enable it first."),
        new("delivery_in_progress", 409, "The event is being told right now."),
        new("content_purged", 410, "The content has been removed by age (409 when it was to be sent again)."),
        new("body_too_large", 413, "The body is larger than the service takes."),
        new("unsupported_media_type", 415, "The body is of another kind than this address takes, which is mostly application/json."),
        new("validation_failed", 422, "Fields are not acceptable; errors names each by a JSON pointer."),
        new("all_recipients_suppressed", 422, "Nobody is left to write to; nothing was queued."),
        new("idempotency_key_reused", 422, "The Idempotency-Key was used with another request."),
        new("invalid_idempotency_key", 422, "A message of a batch has a key that cannot be used."),
        new("invalid_csv", 422, "The file has no column of addresses, no addresses, or too many."),
        new("unknown_project", 422, "The project does not exist or is not yours."),
        new("invalid_template", 422, "The template cannot be used as it is; errors names every part that is wrong."),
        new("template_not_found", 422, "The send names a template, or a version, that this project does not have."),
        new("template_not_published", 422, "No version of the template is live."),
        new("template_render_failed", 422, "The data does not fit the template; errors names everything that is missing."),
        new("rate_limited", 429, "The key has used up its requests; Retry-After says when there are more."),
        new("internal_error", 500, "The service failed; its log tells more."),
        new("unavailable", 503, "The service is busy or its database out of reach; nothing was changed. Try again."),
    ];
}
