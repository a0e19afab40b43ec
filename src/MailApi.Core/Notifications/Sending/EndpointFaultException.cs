namespace MailApi.Core.Notifications.Sending;

/// <summary>Carries the sentence why an endpoint cannot be reached through the HTTP handler, which wraps it.</summary>
internal sealed class EndpointFaultException(string sentence) : Exception(sentence);
