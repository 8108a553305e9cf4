using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace FedLearn.Coordinator.Ingest.Frames;

/// <summary>
/// Binds the Federation service: its control calls as generated, and the two that carry vectors with readers and writers of their own, which
/// save the copies that generated messages make of every chunk.
/// </summary>
internal sealed class FederationBinding : IServiceMethodProvider<FederationService>
{
    private static readonly Method<UpdateFrame, PushUpdateReply> s_push = new(
        MethodType.ClientStreaming,
        Federation.Descriptor.FullName,
        nameof(FederationService.PushUpdate),
        Marshallers.Create(Unused, context => UpdateFrame.Parse(context.PayloadAsReadOnlySequence())),
        Marshallers.Create<PushUpdateReply>(Write, context => PushUpdateReply.Parser.ParseFrom(context.PayloadAsReadOnlySequence())));

    private static readonly Method<GetModelRequest, ModelFrame> s_model = new(
        MethodType.ServerStreaming,
        Federation.Descriptor.FullName,
        nameof(FederationService.GetModel),
        Marshallers.Create<GetModelRequest>(Write, context => GetModelRequest.Parser.ParseFrom(context.PayloadAsReadOnlySequence())),
        Marshallers.Create<ModelFrame>(ModelFrame.Write, Unread));

    /// <summary>Binds the control calls: what the framework looks for by <see cref="BindServiceMethodAttribute"/>.</summary>
    public static void BindControl(ServiceBinderBase binder, Federation.FederationBase? service) =>
        Federation.BindService(new WithoutVectors(binder), service);

    /// <inheritdoc/>
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<FederationService> context)
    {
        context.AddClientStreamingMethod(s_push, [], (service, stream, call) => service.PushUpdate(stream, call));
        context.AddServerStreamingMethod(s_model, [], (service, request, stream, call) => service.GetModel(request, stream, call));
    }

    private static void Write(IMessage message, SerializationContext context)
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    // A server reads requests and writes replies; Grpc.Core's marshallers want both ways.
    private static void Unused(UpdateFrame frame, SerializationContext context) => throw new NotSupportedException("a server does not write requests");

    private static ModelFrame Unread(DeserializationContext context) => throw new NotSupportedException("a server does not read replies");

    private sealed class WithoutVectors(ServiceBinderBase inner) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            inner.AddMethod(method, handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
        {
            if (method.Name != s_push.Name)
            {
                inner.AddMethod(method, handler);
            }
        }

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            if (method.Name != s_model.Name)
            {
                inner.AddMethod(method, handler);
            }
        }
    }
}
