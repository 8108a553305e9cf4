using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FedLearn.Coordinator.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ServerState : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "State",
                table: "Versions",
                type: "TEXT",
                nullable: false,
                defaultValue: "");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "State",
                table: "Versions");
        }
    }
}
