using MailKit;
using MailKit.Net.Imap;

namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>Finds folders by the names in the settings, with <c>/</c> between levels whatever the server writes there.</summary>
internal sealed class ImapFolders(ImapClient client, Patience patience)
{
    public async Task<IMailFolder?> FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await WalkAsync(path, make: false, cancellationToken);
        }
        catch (FolderNotFoundException)
        {
            return null;
        }
    }

    public Task<IMailFolder> FindOrMakeAsync(string path, CancellationToken cancellationToken) =>
        WalkAsync(path, make: true, cancellationToken);

    private async Task<IMailFolder> WalkAsync(string path, bool make, CancellationToken cancellationToken)
    {
        var names = path.Split('/', StringSplitOptions.TrimEntries);
        var folder = client.PersonalNamespaces.Count > 0 ? client.GetFolder(client.PersonalNamespaces[0]) : client.Inbox;
        if (names[0].Equals("INBOX", StringComparison.OrdinalIgnoreCase))
        {
            (folder, names) = (client.Inbox, names[1..]);
        }

        foreach (var name in names)
        {
            folder = await StepAsync(folder, name, make, cancellationToken);
        }

        return folder;
    }

    private async Task<IMailFolder> StepAsync(IMailFolder parent, string name, bool make, CancellationToken cancellationToken)
    {
        try
        {
            var found = await patience.WaitAsync(t => parent.GetSubfolderAsync(name, t), cancellationToken);
            if (found.Exists || !make)
            {
                return found.Exists ? found : throw new FolderNotFoundException(found.FullName);
            }
        }
        catch (FolderNotFoundException) when (make)
        {
            // Made below.
        }

        return await patience.WaitAsync(t => parent.CreateAsync(name, isMessageFolder: true, t), cancellationToken)
            ?? throw new MailboxTroubleException($"The server did not make the folder '{name}'.");
    }
}
