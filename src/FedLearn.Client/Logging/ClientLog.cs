using FedLearn.Client.Pending;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Logging;

/// <summary>Every log message of the SDK. Event ids are stable, 2000 to 2999, and listed in docs/operations.md.</summary>
internal static partial class ClientLog
{
    // 2000-2019: the connection.
    [LoggerMessage(2000, LogLevel.Information, "worker {ClientId} starts; coordinator {Coordinator}, state in {StateFolder}")]
    public static partial void Starting(ILogger logger, string clientId, string coordinator, string stateFolder);

    [LoggerMessage(2001, LogLevel.Information, "registered as {ClientId}; the token is kept in {TokenFile}")]
    public static partial void Registered(ILogger logger, string clientId, string tokenFile);

    [LoggerMessage(2002, LogLevel.Information, "connected to {Coordinator} as {ClientId}; {OpenRuns} open runs")]
    public static partial void Connected(ILogger logger, string coordinator, string clientId, int openRuns);

    [LoggerMessage(2003, LogLevel.Warning, "{Fault}; retrying in {Seconds:0.#} s")]
    public static partial void ConnectionFailed(ILogger logger, string fault, double seconds);

    [LoggerMessage(2004, LogLevel.Debug, "still: {Fault}; retrying in {Seconds:0.#} s")]
    public static partial void ConnectionStillFails(ILogger logger, string fault, double seconds);

    [LoggerMessage(2005, LogLevel.Information, "the coordinator is about to stop; the worker reconnects by itself")]
    public static partial void Draining(ILogger logger);

    [LoggerMessage(2006, LogLevel.Debug, "heartbeat not delivered: {Fault}")]
    public static partial void HeartbeatFailed(ILogger logger, string fault);

    [LoggerMessage(2007, LogLevel.Information, "{What}: {Fault}; retrying in {Seconds:0.#} s")]
    public static partial void CallRetry(ILogger logger, string what, string fault, double seconds);

    [LoggerMessage(2008, LogLevel.Information, "worker {ClientId} is done: no run is open any more")]
    public static partial void Done(ILogger logger, string clientId);

    [LoggerMessage(2009, LogLevel.Information, "worker {ClientId} stops; {Pending} finished updates stay for the next start")]
    public static partial void Stopped(ILogger logger, string clientId, int pending);

    [LoggerMessage(2010, LogLevel.Information, "the certificate of {Name} is renewed, valid until {Until}")]
    public static partial void Renewed(ILogger logger, string name, DateTime until);

    [LoggerMessage(2011, LogLevel.Warning, "the certificate, valid until {Until}, is not renewed: {Reason}; trying again in {Minutes:0} min")]
    public static partial void RenewalFailed(ILogger logger, DateTime until, string reason, double minutes);

    [LoggerMessage(2012, LogLevel.Information, "the coordinator {Coordinator} signs with the key {KeyId}; from now on no other is taken from it")]
    public static partial void KeyPinned(ILogger logger, string coordinator, string keyId);

    [LoggerMessage(2013, LogLevel.Warning, "the coordinator {Coordinator} signs nothing: it is from before receipts were signed, and nothing of this federation can be proven afterwards")]
    public static partial void NothingSigned(ILogger logger, string coordinator);

    // 2020-2029: runs.
    [LoggerMessage(2020, LogLevel.Information, "run {RunId} ({Name}): accepted, {Kind}, {Parameters} parameters")]
    public static partial void RunAccepted(ILogger logger, string runId, string name, string kind, long parameters);

    [LoggerMessage(2021, LogLevel.Warning, "run {RunId} ({Name}): declined: {Reason}")]
    public static partial void RunDeclined(ILogger logger, string runId, string name, string reason);

    [LoggerMessage(2022, LogLevel.Information, "run {RunId} is over: {Reason}")]
    public static partial void RunOver(ILogger logger, string runId, string reason);

    [LoggerMessage(2023, LogLevel.Debug, "run {RunId}: the coordinator refused the answer: {Fault}")]
    public static partial void AnswerRefused(ILogger logger, string runId, string fault);

    // 2030-2049: local work.
    [LoggerMessage(2030, LogLevel.Information, "round {Round}: training from version {Version} (run {RunId})")]
    public static partial void FitStarted(ILogger logger, int round, int version, string runId);

    [LoggerMessage(2031, LogLevel.Information, "round {Round}: epoch {Epoch}/{Epochs}, {Steps} steps, loss {Loss:0.0000}")]
    public static partial void EpochDone(ILogger logger, int round, int epoch, int epochs, long steps, double loss);

    [LoggerMessage(2032, LogLevel.Information, "round {Round}: {Stage} given up: {Reason}")]
    public static partial void WorkCancelled(ILogger logger, int round, string stage, string reason);

    [LoggerMessage(2033, LogLevel.Error, "round {Round}: {Stage} failed, the worker declines this round: {Reason}")]
    public static partial void WorkFailed(ILogger logger, Exception? exception, int round, string stage, string reason);

    [LoggerMessage(2034, LogLevel.Information, "round {Round}: evaluated version {Version} on {Examples} examples: {Metrics}")]
    public static partial void Evaluated(ILogger logger, int round, int version, long examples, string metrics);

    [LoggerMessage(2035, LogLevel.Warning, "round {Round}: the coordinator refused the evaluation: {Fault}")]
    public static partial void EvaluationRefused(ILogger logger, int round, string fault);

    [LoggerMessage(2036, LogLevel.Information, "run {RunId} is over: this client's own {What} values are in {File}, in the clear")]
    public static partial void OwnExported(ILogger logger, string runId, string what, string file);

    [LoggerMessage(2037, LogLevel.Error, "run {RunId} is over: this client's own {What} values cannot be written to {File}: {Reason}; they are forgotten with the run")]
    public static partial void OwnNotExported(ILogger logger, string runId, string what, string file, string reason);

    // 2050-2069: vectors on the wire.
    [LoggerMessage(2050, LogLevel.Debug, "version {Version} of run {RunId} downloaded: {Bytes} bytes in {Seconds:0.000} s")]
    public static partial void Downloaded(ILogger logger, int version, string runId, long bytes, double seconds);

    [LoggerMessage(2051, LogLevel.Information, "round {Round}: update accepted, {Bytes} bytes in {Seconds:0.00} s, {Speed:0.0} MB/s")]
    public static partial void UpdateAccepted(ILogger logger, int round, long bytes, double seconds, double speed);

    [LoggerMessage(2052, LogLevel.Warning, "round {Round}: the coordinator refused the update, it is dropped: {Fault}")]
    public static partial void UpdateRefused(ILogger logger, int round, string fault);

    [LoggerMessage(2053, LogLevel.Information, "round {Round}: an update of this worker was already accepted ({Fault})")]
    public static partial void UpdateSuperseded(ILogger logger, int round, string fault);

    [LoggerMessage(2054, LogLevel.Information, "{Key}: an update finished earlier waits for its receipt; delivering it")]
    public static partial void PendingFound(ILogger logger, PendingKey key);

    [LoggerMessage(2055, LogLevel.Warning, "{Key}: the update kept from earlier cannot be read and is dropped: {Reason}")]
    public static partial void PendingUnreadable(ILogger logger, PendingKey key, string reason);

    [LoggerMessage(2056, LogLevel.Warning, "the other road for large vectors, {Road}, does not carry them: {Fault}; they go by gRPC, and the road is tried again in {Minutes:0} min")]
    public static partial void RoadClosed(ILogger logger, string road, string fault, double minutes);

    [LoggerMessage(2057, LogLevel.Warning, "{Key}: the update waits for its receipt and cannot be sealed on the disk: {Reason}; it is lost if this process ends")]
    public static partial void PendingNotSealed(ILogger logger, PendingKey key, string reason);

    [LoggerMessage(2058, LogLevel.Debug, "{Key}: the update waits for its receipt, and is sealed on the disk")]
    public static partial void PendingSealed(ILogger logger, PendingKey key);

    [LoggerMessage(2059, LogLevel.Warning, "what this client carried after round {Round} of run {RunId} cannot be read and is given up (topk's rest and scaffold's control count as zeros, local tensors and a personal model as the base version's): {Reason}")]
    public static partial void CarriedUnreadable(ILogger logger, int round, string runId, string reason);
}
