using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace MailApi.Http;

/// <summary>
/// A response that becomes the real one when its handler begins to write, unless somebody else has answered before: of the
/// two one alone gets through.
/// </summary>
internal sealed class HeldResponse(IHttpResponseFeature response, IHttpResponseBodyFeature body)
    : IHttpResponseFeature, IHttpResponseBodyFeature
{
    private readonly Lock _gate = new();
    private readonly HeaderDictionary _headers = [];
    private readonly List<(Func<object, Task> Callback, object State)> _starting = [];
    private int _statusCode = StatusCodes.Status200OK;
    private string? _reason;
    private volatile Holder _holder = Holder.Nobody;

    private enum Holder
    {
        Nobody,
        Handler,
        Other,
    }

    public int StatusCode
    {
        get => IsHandlers ? response.StatusCode : _statusCode;
        set
        {
            if (IsHandlers)
            {
                response.StatusCode = value;
            }

            _statusCode = value;
        }
    }

    public string? ReasonPhrase
    {
        get => IsHandlers ? response.ReasonPhrase : _reason;
        set
        {
            if (IsHandlers)
            {
                response.ReasonPhrase = value;
            }

            _reason = value;
        }
    }

    public IHeaderDictionary Headers
    {
        get => IsHandlers ? response.Headers : _headers;
        set => throw new NotSupportedException("Headers are set one by one.");
    }

    [Obsolete("Use IHttpResponseBodyFeature.Stream instead.")]
    public Stream Body
    {
        get => Stream;
        set => throw new NotSupportedException("The body is written where it is.");
    }

    public bool HasStarted => IsHandlers && response.HasStarted;

    public Stream Stream => Mine().Stream;

    public PipeWriter Writer => Mine().Writer;

    private bool IsHandlers => _holder == Holder.Handler;

    /// <summary>True when the handler has not begun to answer, and will not.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            if (_holder != Holder.Nobody)
            {
                return false;
            }

            _holder = Holder.Other;
            return true;
        }
    }

    /// <summary>The handler has said all it had to say.</summary>
    public void Release() => Mine();

    public void DisableBuffering() => Mine().DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => Mine().StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        Mine().SendFileAsync(path, offset, count, cancellationToken);

    public Task CompleteAsync() => Mine().CompleteAsync();

    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (IsHandlers)
        {
            response.OnStarting(callback, state);
        }
        else
        {
            _starting.Add((callback, state));
        }
    }

    public void OnCompleted(Func<object, Task> callback, object state) => response.OnCompleted(callback, state);

    /// <summary>The real body, with all that was said before it.</summary>
    private IHttpResponseBodyFeature Mine()
    {
        lock (_gate)
        {
            if (_holder == Holder.Other)
            {
                throw new OperationCanceledException("The request has been answered meanwhile.");
            }

            if (_holder == Holder.Nobody)
            {
                response.StatusCode = _statusCode;
                response.ReasonPhrase = _reason;
                foreach (var (name, value) in _headers)
                {
                    response.Headers[name] = value;
                }

                _starting.ForEach(s => response.OnStarting(s.Callback, s.State));
                _holder = Holder.Handler;
            }

            return body;
        }
    }
}
