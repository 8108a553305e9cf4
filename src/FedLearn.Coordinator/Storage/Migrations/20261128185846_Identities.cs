using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FedLearn.Coordinator.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Identities : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Certificates",
                columns: table => new
                {
                    Serial = table.Column<string>(type: "TEXT", nullable: false),
                    ClientId = table.Column<string>(type: "TEXT", nullable: false),
                    IssuedUnixMs = table.Column<long>(type: "INTEGER", nullable: false),
                    NotAfterUnixMs = table.Column<long>(type: "INTEGER", nullable: false),
                    RevokedUnixMs = table.Column<long>(type: "INTEGER", nullable: true),
                    Check = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Certificates", x => x.Serial);
                });

            migrationBuilder.CreateTable(
                name: "Invitations",
                columns: table => new
                {
                    SecretHash = table.Column<string>(type: "TEXT", nullable: false),
                    ClientId = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedUnixMs = table.Column<long>(type: "INTEGER", nullable: false),
                    ExpiresUnixMs = table.Column<long>(type: "INTEGER", nullable: false),
                    UsedByKey = table.Column<string>(type: "TEXT", nullable: false),
                    Check = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Invitations", x => x.SecretHash);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Certificates_ClientId",
                table: "Certificates",
                column: "ClientId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Certificates");

            migrationBuilder.DropTable(
                name: "Invitations");
        }
    }
}
