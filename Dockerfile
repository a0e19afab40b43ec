# Build: docker build -t mailapi .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/MailApi/MailApi.csproj --configuration Release --output /app

# Run: docker run -p 5025:5025 -v mailapi:/data mailapi
FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
RUN mkdir /data && chown "$APP_UID" /data
ENV ASPNETCORE_URLS=http://+:5025 \
    ConnectionStrings__MailApi="Data Source=/data/mailapi.db"
VOLUME /data
EXPOSE 5025
USER $APP_UID
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["dotnet", "MailApi.dll", "healthcheck", "--url", "http://localhost:5025/healthz"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "MailApi.dll"]
