using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FedLearn.Coordinator.Storage.Migrations
{
    /// <inheritdoc />
    public partial class SegmentsAndChecks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "Check",
                table: "Versions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "DeletedUnixMs",
                table: "Versions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Check",
                table: "Updates",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Offset",
                table: "Updates",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "Check",
                table: "Runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Check",
                table: "Rounds",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Check",
                table: "Evaluations",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Check",
                table: "Clients",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Check",
                table: "Versions");

            migrationBuilder.DropColumn(
                name: "DeletedUnixMs",
                table: "Versions");

            migrationBuilder.DropColumn(
                name: "Check",
                table: "Updates");

            migrationBuilder.DropColumn(
                name: "Offset",
                table: "Updates");

            migrationBuilder.DropColumn(
                name: "Check",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Check",
                table: "Rounds");

            migrationBuilder.DropColumn(
                name: "Check",
                table: "Evaluations");

            migrationBuilder.DropColumn(
                name: "Check",
                table: "Clients");
        }
    }
}
