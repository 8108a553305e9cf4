using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace FedLearn.Coordinator.Storage.Migrations
{
    /// <inheritdoc />
    public partial class LogReceipts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The entries of accepted updates, by the first 16 hex digits of their digest; the texts are "digest":" and "kind":"updateAccepted".
            migrationBuilder.Sql(
                """
                CREATE INDEX IX_Log_Receipt ON Log (substr(Entry, instr(Entry, x'22646967657374223a22') + 10, 16))
                WHERE instr(Entry, x'226b696e64223a22757064617465416363657074656422') > 0
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX IX_Log_Receipt");
        }
    }
}
