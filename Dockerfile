# One image for everybody: coordinator, worker and operator are the same program, `fedlearn`.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

# The packages first, from the project files alone: this layer is rebuilt only when a reference changes.
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/FedLearn.Core/FedLearn.Core.csproj src/FedLearn.Core/
COPY src/FedLearn.Protocol/FedLearn.Protocol.csproj src/FedLearn.Protocol/
COPY src/FedLearn.Coordinator/FedLearn.Coordinator.csproj src/FedLearn.Coordinator/
COPY src/FedLearn.Client/FedLearn.Client.csproj src/FedLearn.Client/
COPY src/FedLearn.Training/FedLearn.Training.csproj src/FedLearn.Training/
COPY src/FedLearn.Cli/FedLearn.Cli.csproj src/FedLearn.Cli/
RUN dotnet restore src/FedLearn.Cli/FedLearn.Cli.csproj --use-current-runtime -p:PublishReadyToRun=true

COPY .editorconfig BannedSymbols.txt ./
COPY protos protos
COPY samples samples
COPY src src
# Compiled ahead for this machine's processor: a coordinator starts with half of the work.
RUN dotnet publish src/FedLearn.Cli/FedLearn.Cli.csproj --configuration Release --no-restore --output /app \
    --use-current-runtime --self-contained false -p:PublishReadyToRun=true

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
COPY samples samples
# A new named volume takes over the owner of the folder that it is mounted on.
RUN mkdir -p /data /slots /keys /invitations && chown $APP_UID:$APP_UID /data /slots /keys /invitations
ENV PATH=/app:$PATH
USER $APP_UID
ENTRYPOINT ["dotnet", "/app/fedlearn.dll"]
