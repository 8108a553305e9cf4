using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.CompiledModel;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;

namespace FedLearn.Coordinator.Tests.Storage;

public sealed class CompiledModelTests
{
    [Fact]
    public void CompiledModel_IsUsedAndSaysWhatTheClassesSay()
    {
        using var db = new CoordinatorDbFactory().CreateDbContext();

        Assert.Same(CoordinatorDbModel.Instance, db.Model);
        var (declared, compiled) = (Facts(db.GetService<IDesignTimeModel>().Model), Facts(db.Model));
        Assert.True(
            declared.SequenceEqual(compiled),
            $"""
            The compiled model differs from the classes in {string.Join("; ", declared.Except(compiled).Concat(compiled.Except(declared)))}. Make it anew:
            dotnet ef dbcontext optimize --project src/FedLearn.Coordinator --output-dir Storage/CompiledModel --namespace {typeof(CoordinatorDbModel).Namespace}
            """);
    }

    private static List<string> Facts(IModel model) => [.. model.GetEntityTypes().SelectMany(t => t.GetProperties().Select(Column)
        .Concat(t.GetKeys().Select(k => $"{t.GetTableName()}: key {Names(k.Properties)}"))
        .Concat(t.GetIndexes().Select(i => $"{t.GetTableName()}: index {Names(i.Properties)} unique {i.IsUnique}"))
        .Concat(t.GetForeignKeys().Select(f => $"{t.GetTableName()}: {Names(f.Properties)} of {f.PrincipalEntityType.GetTableName()}"))).Order(StringComparer.Ordinal)];

    private static string Column(IProperty property) =>
        $"{property.DeclaringType.GetTableName()}: {property.GetColumnName()} {property.ClrType} {property.GetColumnType()} null {property.IsNullable}";

    private static string Names(IEnumerable<IProperty> properties) => string.Join(",", properties.Select(p => p.Name));
}
